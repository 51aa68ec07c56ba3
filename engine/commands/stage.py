"""Runs one stage from its words, as a person at a terminal or as a job: the border both share."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Any

from engine import flags
from engine.errors import Cancelled, InputError
from engine.failure import sentence_for
from engine.jobs.launch import JOB_VARIABLE
from engine.jobs.process import JobProgress
from engine.jobs.record import State
from engine.progress import Progress
from engine.resolve import addressed
from engine.spec import ArtifactRef, Spec
from engine.stages import Stage
from engine.store import Artifact, Store, default_store
from engine.store.budget import using
from engine.terminal import TerminalProgress
from engine.work import run


def run_stage(stage: Stage, words: list[str]) -> dict[str, Any]:
    """Parse `words`, run the stage, return its key and headline figures."""
    store = default_store()
    # Taken out, so that nothing the stage starts believes it is the job.
    if job_id := os.environ.pop(JOB_VARIABLE, ""):
        return _as_job(stage, words, store, JobProgress(store, job_id))
    spec, name = _parsed(stage, words)
    progress = TerminalProgress()
    try:
        return summary(_artifact(spec, name, store, progress))
    finally:
        progress.close()


def summary(artifact: Artifact) -> dict[str, Any]:
    """The JSON line: the key under the artifact's kind, its name, then its headline figures."""
    return {artifact.kind: artifact.key, "name": artifact.name, **artifact.facts}


def _as_job(stage: Stage, words: list[str], store: Store, progress: JobProgress) -> dict[str, Any]:
    """The job's border: whatever happens, its status says how it ended."""
    try:
        spec, name = _parsed(stage, words)
        # What it will read must outlast the wait.
        with using(store, _inputs(spec, store)):
            progress.wait_turn()
            artifact = _artifact(spec, name, store, progress)
    except InputError as error:
        progress.end(State.FAILED, error=str(error), mendable=True)
        raise
    except (Cancelled, KeyboardInterrupt):
        progress.end(State.CANCELLED)
        raise
    except Exception as error:  # A job's border: the page must hear of every failure.
        sentence = sentence_for(error)
        last = traceback.format_exception_only(error)[-1].strip()
        progress.end(
            State.FAILED,
            error=sentence
            or f"Limn failed here, and that is our fault: {last} (details in the log)",
            mendable=bool(sentence),
        )
        raise
    result = summary(artifact)
    stopped = "stopped_at" in artifact.facts
    progress.end(State.STOPPED if stopped else State.DONE, result=result)
    return result


def _parsed(stage: Stage, words: list[str]) -> tuple[Spec, str]:
    spec_class = stage.load_spec()
    parser = flags.Parser(prog=f"python -m engine {stage.verb}", description=stage.help)
    flags.add_arguments(parser, spec_class)
    parser.add_argument("--name", default="", help="Name to give the result.")
    given = parser.parse_args(words)
    spec: Spec = spec_class.parse(flags.values(spec_class, given))
    return spec, given.name


def _artifact(spec: Spec, name: str, store: Store, progress: Progress) -> Artifact:
    """The spec's artifact; a file named where a source is wanted is imported first.

    What a person gave no name is called after the file it came from.
    """
    from engine.data.spec_edit import EditSpec, edited_name
    from engine.data.spec_source import SourceSpec

    wish = ""
    if isinstance(spec, SourceSpec):
        wish = Path(spec.path).name
    if isinstance(spec, EditSpec):
        wish = edited_name(store.get(spec.dataset, "dataset").name)
    for field, value in _sources(spec):
        if _is_file(value):
            source = run(
                SourceSpec(path=value), store=store, progress=progress, wish=Path(value).name
            )
        else:
            source = store.get(value, "source")
        wish = source.name.split(".")[0]
        spec = spec.model_copy(update={field: source.key})
    return run(spec, store=store, progress=progress, name=name, wish=wish)


def _inputs(spec: Spec, store: Store) -> list[Artifact]:
    """The artifacts it names that exist before it begins."""
    files = {field for field, value in _sources(spec) if _is_file(value)}
    return [
        addressed(store, str(value), reference.kind)
        for field, reference in spec.references()
        if isinstance(reference, ArtifactRef) and field not in files
        if (value := getattr(spec, field))
    ]


def _sources(spec: Spec) -> list[tuple[str, str]]:
    found = [name for name, reference in spec.references() if reference == ArtifactRef("source")]
    return [(name, str(getattr(spec, name))) for name in found]


def _is_file(value: str) -> bool:
    """Whether a person means a file: there is one, or it is written like a path."""
    return "/" in value or os.sep in value or os.path.isfile(os.path.expanduser(value))
