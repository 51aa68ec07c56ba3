"""Runs one stage from its words, as a person at a terminal or as a job: the border both share."""

from __future__ import annotations

import logging
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
from engine.spec import ArtifactRef, Spec
from engine.stages import Stage
from engine.store import Artifact, Store, default_store
from engine.terminal import TerminalProgress
from engine.work import run

log = logging.getLogger(__name__)


def run_stage(stage: Stage, words: list[str]) -> dict[str, Any]:
    """Parse `words`, run the stage, return its key and headline figures."""
    parser = flags.Parser(prog=f"python -m engine {stage.verb}", description=stage.help)
    flags.add_arguments(parser, stage.load_spec())
    parser.add_argument("--name", default="", help="Name to give the result.")
    if job_id := os.environ.pop(JOB_VARIABLE, ""):
        return _as_job(stage, parser, words, JobProgress(default_store(), job_id))
    progress = TerminalProgress()
    try:
        return summary(_run(stage, parser, words, progress))
    finally:
        progress.close()


def summary(artifact: Artifact) -> dict[str, Any]:
    """The JSON line: the key under the artifact's kind, its name, then its headline figures."""
    return {artifact.kind: artifact.key, "name": artifact.name, **artifact.facts}


def _as_job(
    stage: Stage, parser: flags.Parser, words: list[str], progress: JobProgress
) -> dict[str, Any]:
    """The job's border: whatever happens, its status says how it ended."""
    try:
        progress.wait_turn()
        artifact = _run(stage, parser, words, progress)
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


def _run(stage: Stage, parser: flags.Parser, words: list[str], progress: Progress) -> Artifact:
    given = parser.parse_args(words)
    spec_class = stage.load_spec()
    spec = spec_class.parse(flags.values(spec_class, given))
    store = default_store()
    name = given.name
    if name:
        # Said before hours of work rather than after.
        store.check_name(name)
    spec, wish = _import_files(spec, store, progress)
    if not name and wish:
        name = store.free_name(wish)
    return run(spec, store=store, progress=progress, name=name)


def _import_files(spec: Spec, store: Store, progress: Progress) -> tuple[Spec, str]:
    """Where a source is wanted and a file is named, import the file first."""
    from engine.data.spec_source import SourceSpec

    if isinstance(spec, SourceSpec):
        return spec, Path(spec.path).name.split(".")[0]
    for name, reference in spec.references():
        value = str(getattr(spec, name))
        if reference == ArtifactRef("source") and Path(value).expanduser().exists():
            wish = Path(value).name.split(".")[0]
            source = run(SourceSpec(path=value), store=store, progress=progress)
            return spec.model_copy(update={name: source.key}), wish
        if reference == ArtifactRef("source"):
            return spec, store.get(value, "source").name
    return spec, ""
