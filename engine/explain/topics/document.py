"""Topics and the place of a document in, why it is in one topic and not in another, out."""

from __future__ import annotations

import numpy as np

from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.methods import DEFAULT, explain
from engine.explain.of_topics import explained_topics, topic_names
from engine.explain.reading import Reading, read
from engine.explain.subject import Subject
from engine.explain.target import Target, target
from engine.explain.topics.shares import NAME, exact_shares, has_shares
from engine.store import Artifact, Store
from engine.topics.documents import documents
from engine.topics.made_of import made_from
from engine.topics.standing import topics_now
from engine.topics.topics import NO_TOPIC, Floats, Topics


def explain_document(
    store: Store,
    topics: Artifact,
    place: int,
    *,
    of: str = "",
    against: str | None = "",
    method: str = "",
    baseline: Baseline | None = None,
    device: str = "auto",
    attention: str = "auto",
) -> tuple[Subject, Attribution]:
    """What each word of a document says for one topic and against another.

    Args:
        store: Where the artifacts are.
        topics: The topics; the edits that wait beside them hold.
        place: Of the document, from 0.
        of: Name of a topic, or its number; "" is its own, or the nearest one where it is in none.
        against: Name or number of the topic it is compared with; "" is the runner-up, the nearest
            of the others. None explains `of` alone.
        method: Of :mod:`engine.explain.methods.methods`; "" is integrated gradients, or exact
            shares where a draft encoder made the vectors.
        baseline: What the text is compared with; see :func:`usual_baseline`.
        device: Of the encoder.
        attention: Its kernel.

    Returns:
        The topics as what is explained, and the attribution.

    Raises:
        InputError: there is no such document or topic, a topic is asked for against itself, or what
            the topics were made from is gone or has changed.
    """
    now, _ = topics_now(store, topics)
    text = text_of(store, topics, place)
    subject = explained_topics(store, topics, now=now, device=device, attention=attention)
    reading = read(subject, text)
    cosines = subject.answers([reading.ids])[0]
    wanted = contrast(now, cosines, int(now.assigned[place]), of=of, against=against)
    return subject, attribute(subject, reading, wanted, method=method, baseline=baseline)


def text_of(store: Store, topics: Artifact, place: int) -> str:
    """The text of the document at `place`, as the encoder read it.

    Raises:
        InputError: there is none, or the dataset was removed.
    """
    dataset = made_from(store, topics, "dataset")
    n = int(dataset.facts["rows"])
    if not 0 <= place < n:
        raise InputError(f"There is no document {place:,} in {topics.title}: 0 to {n - 1:,} are.")
    return documents(dataset.path / "rows.parquet", [place])[0].text


def contrast(
    now: Topics, cosines: Floats, own: int, *, of: str = "", against: str | None = ""
) -> Target:
    """The number that is explained of a document.

    Args:
        now: The topics.
        cosines: (k,) of the document to their centres.
        own: Id of its topic, -1 for none.
        of: Name or number of a topic; "" is its own, or the nearest.
        against: Of another; "" is the nearest of the others, where there is one; None is none.

    Raises:
        InputError: there is no such topic, or it is asked for against itself.
    """
    names = topic_names(now)
    ranked = np.argsort(-cosines, kind="stable").tolist()
    mine = now.ids.tolist().index(own) if own != NO_TOPIC else ranked[0]
    if of:
        mine = target(names, _called(now, names, of)).of
    if against:
        return target(names, names[mine], _called(now, names, against))
    others = [n for n in ranked if n != mine]
    return Target(mine) if against is None or not others else Target(mine, others[0])


def _called(now: Topics, names: tuple[str, ...], said: str) -> str:
    """The name of the topic with that number; what is a name, or nothing known, as it is."""
    numbers: list[int] = now.ids.tolist()
    if said in names or not said.isdecimal() or int(said) not in numbers:
        return said
    return names[numbers.index(int(said))]


def attribute(
    subject: Subject,
    reading: Reading,
    wanted: Target,
    *,
    method: str = "",
    baseline: Baseline | None = None,
) -> Attribution:
    """Attribute by `method`, or by what suits the encoder of the topics.

    Raises:
        InputError: the method cannot be used here.
    """
    method = method or usual_method(subject)
    if method == NAME:
        return exact_shares(subject, reading, wanted)
    return explain(
        subject, reading, wanted, method=method, baseline=baseline or usual_baseline(subject)
    )


def usual_method(subject: Subject) -> str:
    """Exact shares where they are known, else integrated gradients."""
    return NAME if has_shares(subject) else DEFAULT


def usual_baseline(subject: Subject) -> Baseline:
    """What a document is compared with: PAD tokens, for which no topic has anything to say.

    Not MASK: an encoder has learnt to guess what is behind a mask, so a text of them has a subject
    of its own. On 30 abstracts comprehensiveness was 0.18 with PAD, 0.06 with MASK, 0.07 with no
    embedding at all and 0.01 by chance (benchmarks/explain_topics.py).
    """
    return Baseline("pad" if "pad" in subject.special_tokens else "zero")
