"""Topics and a dataset with more documents in, topics of all of them out: 'topics add'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray

from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import write_json
from engine.topics.add.candidates import candidates, loosest
from engine.topics.add.spec import ProjectAddSpec, TopicsAddSpec
from engine.topics.assign.assigner import Assigner
from engine.topics.assign.build import told
from engine.topics.assign.card import Card, load_card
from engine.topics.assign.neighbourhood import load_neighbourhood
from engine.topics.assign.opening import open_assigner, topics_at
from engine.topics.assign.spec import AssignerSpec
from engine.topics.assign.summary import Summary
from engine.topics.edit.context import Context, Floats
from engine.topics.edit.stand import describe
from engine.topics.edit.state import State
from engine.topics.made_of import made_from
from engine.topics.quality.coherence import headline
from engine.topics.topics import Topics, asked_of, save_topics
from engine.topics.words.counts import Words, load_words
from engine.topics.words.describe import distinctive, weights_of
from engine.topics.words.meanings import FILE
from engine.topics.words.spec import WordsSpec
from engine.work import Work

CANDIDATES = "candidates.json"
_BLOCK = 1024
_ENOUGH = 20
"""New documents of a topic from which on their words are compared with those before."""
_WORDS = 6


def build(spec: TopicsAddSpec, work: Work) -> dict[str, Any]:
    """Assign the new documents and describe the topics anew; no old document moves.

    Ids and names stay, words and sizes are those of all documents. Writes what
    :func:`engine.topics.topics.save_topics` does, ``words.npy``, ``phrases.safetensors`` and
    ``candidates.json``: groups of new documents unlike all topics.

    Returns:
        What the stage topics does, added, unlike, by_topic, drift, cosine and the agreement as of
        'assign file', new_words (of each topic, what its new documents say more than those before)
        and candidates (how many groups).

    Raises:
        InputError: the dataset does not begin with the topics' own documents, there is no topic, or
            what the topics were made from is gone.
    """
    parent, whole = work.inputs["topics"], work.inputs["dataset"]
    n = _own(parent, whole, work)
    ready = work.make(AssignerSpec(topics=parent.key))
    now = topics_at(work.store, parent, spec.edits)
    assigner = open_assigner(work.store, parent, ready, now)
    card = load_card(ready)
    read = made_from(work.store, parent, "vectors")
    vectors = work.make(EmbedSpec.parse({**read.manifest.spec, "dataset": whole.key}))
    rows = np.load(vectors.path / "vectors.npy", mmap_mode="r")
    new = _assign(rows, n, whole, assigner, card, work)
    space, flat = _projections(parent, work)
    _place(space, ready, vectors, work)
    counted = made_from(work.store, parent, "words").manifest.spec
    words = load_words(work.make(WordsSpec.parse({**counted, "dataset": whole.key})))
    work.progress.stage("Describing topics")
    context = _Grown(parent, work.store, all_vectors=rows, all_words=words)
    topics = _grown(now, new, context)
    save_topics(work.out, topics)
    np.save(work.out / "words.npy", weights_of(words, topics.assigned, topics.ids))
    context.meanings.save(work.out / FILE)
    groups = candidates(new.unlike + n, rows, words, least=loosest(now, rows))
    write_json(work.out / CANDIDATES, [asdict(group) for group in groups])
    _place(flat, ready, vectors, work)
    asked = asked_of(parent)
    rho = np.asarray(load_neighbourhood(ready.path).rho)
    summed = new.summary.facts(float(1 - rho.mean()))
    return {
        "documents": len(rows),
        "n_topics": len(topics.found),
        "outlier_share": round(topics.outlier_share, 4),
        "chosen": "by adding documents",
        **headline([[word for word, _ in topic.words] for topic in topics.found], words),
        "names": [topic.name for topic in topics.found[:10]],
        "encoder": card.encoder,
        "cluster": str(asked.get("cluster", "")),
        "asked": asked,
        "added": len(rows) - n,
        **{name: summed[name] for name in ("unlike", "known", "by_topic", "drift", "cosine")},
        **told(assigner.judge.agreement),
        "new_words": _new_words(topics, n, words),
        "candidates": len(groups),
    }


def _own(parent: Artifact, whole: Artifact, work: Work) -> int:
    """How many documents the topics have, which `whole` must begin with."""
    own = made_from(work.store, parent, "dataset")
    said = whole.facts.get("appended") or {}
    if said.get("text_digest") != own.facts.get("text_digest"):
        raise InputError(
            f"{whole.title} does not begin with the documents of {parent.title}: put the new ones "
            f"behind them first, with data append {own.name or own.key} NEW."
        )
    return int(said["rows"])


@dataclass(frozen=True, eq=False)
class _New:
    """topic: (m,) int32. strength: (m,) float32. unlike: places among the m. summary: of all."""

    topic: NDArray[np.int32]
    strength: Floats
    unlike: NDArray[np.int64]
    summary: Summary


def _assign(
    rows: Floats, n: int, whole: Artifact, assigner: Assigner, card: Card, work: Work
) -> _New:
    """The topics of the documents from place n on."""
    work.progress.stage("Assigning documents", total=len(rows) - n, unit="documents")
    texts = ds.dataset(whole.path / "rows.parquet")
    summary = Summary(assigner.topics, assigner.judge.again)
    topic, strength, unlike = [], [], []
    for start in range(n, len(rows), _BLOCK):
        places = np.arange(start, min(start + _BLOCK, len(rows)))
        said = [text or "" for text in texts.take(places, columns=["text"])["text"].to_pylist()]
        found = assigner.assign(rows[places[0] : places[-1] + 1], said)
        summary.add(
            pa.table(
                {
                    "topic": found.topic,
                    "confidence": found.confidence,
                    "cosine": np.ascontiguousarray(found.cosine[:, 0]),
                    "unlike": found.unlike,
                    "known": found.known,
                    "cut": np.zeros(len(said), dtype=bool),
                    "short": np.array([card.is_short(text) for text in said]),
                }
            )
        )
        topic.append(found.topic)
        strength.append(np.nan_to_num(found.confidence))
        unlike.append(found.unlike)
        work.progress.advance(len(said))
    return _New(
        np.concatenate(topic),
        np.concatenate(strength),
        np.flatnonzero(np.concatenate(unlike)),
        summary,
    )


def _projections(parent: Artifact, work: Work) -> tuple[list[Artifact], list[Artifact]]:
    """The points topics were found in, which come first, and the map, where there is one."""
    made = [a for a in work.store.inputs(parent) if a.kind == "projection"]
    return made[:1], [a for a in made[1:] if a.facts.get("dims") == 2][-1:]


def _place(projections: Sequence[Artifact], ready: Artifact, vectors: Artifact, work: Work) -> None:
    """Put the new documents among the points of the others."""
    for one in projections:
        work.make(ProjectAddSpec(projection=one.key, assigner=ready.key, vectors=vectors.key))


@dataclass(frozen=True, eq=False)
class _Grown(Context):
    """What the topics before are described by, with the vectors and words of all documents."""

    all_vectors: Floats | None = None
    all_words: Words | None = None

    @cached_property
    def vectors(self) -> Floats:
        """(n, width) float32 of all documents."""
        assert self.all_vectors is not None
        return self.all_vectors

    @cached_property
    def words(self) -> Words:
        """The words of all documents."""
        assert self.all_words is not None
        return self.all_words


def _grown(now: Topics, new: _New, context: Context) -> Topics:
    assigned = np.concatenate([now.assigned, new.topic]).astype(np.int32)
    names = {topic.id: topic.name for topic in now.found}
    state = State(assigned=assigned, next_id=max(names) + 1, names=names)
    ids = state.ids.tolist()
    found = describe(ids, state, context)
    return Topics(
        assigned=assigned,
        strength=np.concatenate([now.strength, new.strength]).astype(np.float32),
        found=tuple(replace(found[i].topic, name=names[i]) for i in ids),
        centroids=np.stack([found[i].centre for i in ids]),
    )


def _new_words(topics: Topics, n: int, words: Words) -> dict[str, list[str]]:
    """Topic id to the words that its documents from place n on use more than those before."""
    found = {}
    for topic in topics.found:
        places = topics.places(topic.id)
        fresh = np.flatnonzero(places >= n)
        if _ENOUGH <= len(fresh) < len(places):
            mine = _said(words, places)
            found[str(topic.id)] = [word for word, _ in distinctive(mine, fresh, top=_WORDS)]
    return found


def _said(words: Words, places: NDArray[np.int64]) -> Words:
    """The words of the documents at `places`, those alone that any of them says."""
    counts = words.counts[places].tocsc()
    there = np.flatnonzero(np.diff(counts.indptr))
    return Words(counts[:, there].tocsr(), [words.vocabulary[i] for i in there])
