"""Topics and a list of edits in, topics that are so from the start out: the topics edit stage."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import write_json
from engine.topics.edit.context import Context
from engine.topics.edit.replay import replay
from engine.topics.edit.spec import TopicsEditSpec
from engine.topics.edit.stand import stand
from engine.topics.edit.transfer import listed, read_list, transfer
from engine.topics.quality.coherence import headline
from engine.topics.topics import Topics, asked_of, save_topics
from engine.topics.words.describe import weights_of
from engine.topics.words.meanings import FILE
from engine.work import Work

_OWN = ("topics", "edits")


def build(spec: TopicsEditSpec, work: Work) -> dict[str, Any]:
    """Make the edits on the topics as they were found, and keep where that leads.

    Ids stay. Writes what :func:`engine.topics.topics.save_topics` does, ``words.npy``,
    ``phrases.safetensors`` and ``edits.json``, the edits that were made. Vectors, points, map and
    words are those of the topics before. There are no other levels: those belong to the fit.

    Returns:
        What the stage topics does (why says where they come from), edits (how many were made) and
        skipped (those that could not be, with the reason).

    Raises:
        InputError: no edit can be made, or they leave no topic.
    """
    parent = work.inputs["topics"]
    path = work.file("edits")
    context = Context(parent, work.store)
    work.progress.stage("Making the edits")
    made, skipped = transfer(read_list(path.read_bytes(), path.name), [], context)
    for one in skipped:
        work.progress.note(f"Edit {one.number} could not be made: {one.why}")
    if not made:
        why = f": {skipped[0].why}" if skipped else ", for it is empty."
        raise InputError(f"No edit of {path.name} can be made on {parent.title}{why}")
    state, _, _ = replay(made, context)
    topics = stand(state, context)
    if not topics.found:
        raise InputError("These edits leave no topic; keep at least one.")
    save_topics(work.out, topics)
    np.save(work.out / "words.npy", weights_of(context.words, topics.assigned, topics.ids))
    context.meanings.save(work.out / FILE)
    write_json(work.out / "edits.json", listed(made, context).plain())
    _inherit(work, context)
    return {
        **_facts(topics, context),
        "why": _origin(parent, len(made), len(skipped)),
        "edits": len(made),
        "skipped": [{"edit": one.number, "why": one.why} for one in skipped],
    }


def _origin(parent: Artifact, made: int, skipped: int) -> str:
    said = f"These are {parent.title} with {made:,} edit{'s' * (made != 1)}"
    return f"{said}; {skipped:,} could not be made." if skipped else f"{said}."


def _facts(topics: Topics, context: Context) -> dict[str, Any]:
    asked, said = asked_of(context.artifact), [[w for w, _ in t.words] for t in topics.found]
    return {
        "documents": len(topics.assigned),
        "n_topics": len(topics.found),
        "outlier_share": round(topics.outlier_share, 4),
        "chosen": "by edits",
        **headline(said, context.words),
        "names": [topic.name for topic in topics.found[:10]],
        "encoder": str(asked.get("encoder", "")),
        "cluster": str(asked.get("cluster", "")),
        "asked": asked,
    }


def _inherit(work: Work, context: Context) -> None:
    """Record what the topics before were made of, by the same names and in the same order."""
    there = {f"{a.kind}/{a.key}": a for a in work.store.inputs(context.artifact)}
    for name, reference in context.artifact.manifest.inputs.items():
        if name not in _OWN and reference in there:
            work.reads(name, there[reference])
