"""Topics in, a name for each that a language model proposes and the topic bears out, out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.settings import settings
from engine.store import Artifact, Store
from engine.store.files import read_json, write_json
from engine.topics.label.endpoint import Endpoint, Unanswered, endpoint
from engine.topics.label.evidence import Label, checked
from engine.topics.label.spec import LabelSpec
from engine.topics.standing import topics_after
from engine.topics.topics import Topic
from engine.work import Work

SHOWN = 600
"""Characters of a document that are sent."""
_GIVES_UP = 5


def build(spec: LabelSpec, work: Work) -> dict[str, Any]:
    """Ask for one topic after the other; each answer is kept at once, so a new start goes on.

    Writes ``labels.json``: topic, name, supported and why, of each topic in the order of topics.
    A topic without an answer that can be used keeps the name made of its words. Where the endpoint
    falls silent or talks nonsense, what it said before is published as stopped there, and the same
    command asks for the rest later.

    Returns:
        topics, named, flagged (named, but not borne out), unanswered and model.

    Raises:
        InputError: no endpoint is set, it refuses, or it never answers.
    """
    kept = settings()
    asked = endpoint(kept.llm_url, spec.model, kept.llm_key.get_secret_value())
    artifact = work.inputs["topics"]
    edits = work.files.get("edits")
    topics = topics_after(work.store, artifact, edits, note=work.progress.note).found
    work.progress.stage("Naming topics", total=len(topics), unit="topics")
    diary = work.scratch / "labels.jsonl"
    labels = {label.topic: label for label in _read(diary)}
    work.progress.advance(len(labels))
    silent, why = 0, ""
    for topic in topics:
        if topic.id in labels:
            continue
        documents = beginnings(work.store, artifact, topic, spec.documents)
        label = _ask(asked, topic, documents)
        if isinstance(label, str):
            silent, why = silent + 1, label
            if silent >= _GIVES_UP:
                break
            continue
        silent = 0
        labels[topic.id] = label
        _keep(diary, label)
        work.progress.advance()
    if not labels and topics:
        raise InputError(
            f"The language model at {asked.host} does not answer: {why}. See that it runs, and "
            "that LIMN_LLM_URL is its address."
        )
    if len(labels) < len(topics):
        work.progress.note(
            f"{len(topics) - len(labels)} of {len(topics)} topics got no answer ({why}). The "
            "other names are kept; run this again to ask for the rest."
        )
        work.stopped_at(len(labels))
    found = [labels.get(t.id) or Label(t.id, "", False, "No answer came.") for t in topics]
    write_json(work.out / "labels.json", [asdict(label) for label in found])
    return {
        "topics": len(topics),
        "named": sum(label.supported for label in found),
        "flagged": sum(bool(label.name) and not label.supported for label in found),
        "unanswered": sum(not label.name for label in found),
        "model": asked.model,
    }


def load_labels(artifact: Artifact) -> list[Label]:
    """The proposed names, in the order of the topics."""
    return [Label(**row) for row in read_json(artifact.path / "labels.json")]


def question(topic: Topic, documents: Sequence[str]) -> str:
    """What the model is asked about a topic."""
    words = ", ".join(word for word, _ in topic.words)
    shown = "\n".join(f"- {text}" for text in documents)
    texts = f"\nDocuments of it:\n{shown}\n" if shown else "\n"
    return (
        "Name the subject that these documents share, in at most five words. "
        "Use only what the words and documents say. Answer with the name alone.\n"
        f"Words: {words}{texts}Name:"
    )


def _ask(asked: Endpoint, topic: Topic, documents: Sequence[str]) -> Label | str:
    """The checked label, or why there is no answer."""
    try:
        answer = asked.ask(question(topic, documents))
    except Unanswered as why:
        return str(why)
    label = checked(topic.id, answer, [word for word, _ in topic.words], documents)
    return label if label.name else "an answer that is no name"


def beginnings(store: Store, artifact: Artifact, topic: Topic, most: int) -> list[str]:
    """The first 600 characters of up to `most` documents of a topic: what a model is shown.

    Raises:
        InputError: the dataset is gone.
    """
    import pyarrow.dataset as ds

    places = list(topic.representative or topic.central)[:most]
    if not places:
        return []
    dataset = next((a for a in store.inputs(artifact) if a.kind == "dataset"), None)
    if dataset is None:
        raise InputError(
            f"The dataset {artifact.title} was made from is gone; ask with --documents 0."
        )
    table = ds.dataset(dataset.path / "rows.parquet").take(places, columns=["text"])
    return [(text or "")[:SHOWN] for text in table["text"].to_pylist()]


def _keep(diary: Path, label: Label) -> None:
    with diary.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(label), ensure_ascii=False) + "\n")


def _read(diary: Path) -> list[Label]:
    if not diary.exists():
        return []
    found = []
    for line in diary.read_text(encoding="utf-8").splitlines():
        try:
            found.append(Label(**json.loads(line)))
        except (ValueError, TypeError):
            continue  # the line a kill cut short: that topic is asked about again
    return found
