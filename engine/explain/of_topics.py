"""A topics artifact in, its topics as something that can be explained out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.encoder.spec import DistillSpec
from engine.errors import InputError
from engine.explain.subject import Subject
from engine.flags import command
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Artifact, Store
from engine.topics.assign.card import card_of, load_reader
from engine.topics.centres import unit
from engine.topics.made_of import made_from
from engine.topics.standing import topics_now
from engine.topics.topics import Floats, Topics


@dataclass(frozen=True, eq=False)
class Centres:
    """Reads vectors, (n, width), as their cosines to k centres, (n, k): differentiable.

    centres: (k, width) float32 of length 1.
    """

    centres: Tensor

    def __call__(self, vectors: Tensor) -> Tensor:
        """(n, k) of (n, width); a text without a direction is at 0 to each."""
        return torch.nn.functional.normalize(vectors) @ self.centres.T


def explained_topics(
    store: Store,
    topics: Artifact,
    *,
    now: Topics | None = None,
    device: str = "auto",
    attention: str = "auto",
) -> Subject:
    """Topics as they stand, with the encoder that read their documents, of its own.

    Its outputs are the cosines to the topics' centres, in the order of ``now.found``. The texts of
    their dataset are cleaned already, so they are read as they are. A 16-bit or 8-bit encoder is
    explained in the precision of this machine's default: integers have no gradients.

    Args:
        store: Where the artifacts are.
        topics: The topics.
        now: How they stand after their edits; by default those that wait beside them.
        device: Of the encoder.
        attention: Its kernel.

    Raises:
        InputError: there is no topic, what they were made from is gone, or the encoder is not here,
            has changed or is another one.
    """
    now = topics_now(store, topics)[0] if now is None else now
    if not now.found:
        raise InputError(f"{topics.title} has no topic to explain; find its topics again.")
    return explained_centres(
        store, topics, topic_names(now), now.centroids, device=device, attention=attention
    )


def explained_centres(
    store: Store,
    topics: Artifact,
    names: tuple[str, ...],
    centres: Floats,
    *,
    device: str = "auto",
    attention: str = "auto",
) -> Subject:
    """Any k directions among the vectors of `topics`, such as the middle of some documents.

    Args:
        store: Where the artifacts are.
        topics: Whose encoder it is.
        names: (k,) what the directions are called.
        centres: (k, width) float32.
        device: Of the encoder.
        attention: Its kernel.

    Raises:
        InputError: see :func:`explained_topics`.
    """
    vectors, dataset = made_from(store, topics, "vectors"), made_from(store, topics, "dataset")
    card = card_of(topics, vectors, dataset, 0).model_copy(update={"precision": "auto"})

    def draft(spec: DistillSpec) -> Artifact:
        wanted = resolve(spec, store, SILENT)
        found = store.find(wanted.stage.makes, wanted.key())
        if found is None:
            raise InputError(
                f"The draft encoder of {topics.title} is not here any more; "
                f"`{command(wanted.stage, spec)}` makes it again."
            )
        return found

    encoder = load_reader(card, draft, device=device, attention=attention)
    if encoder.width != centres.shape[1]:
        raise InputError(
            f"The encoder {card.encoder} gives vectors of {encoder.width} numbers and the topics "
            f"have {centres.shape[1]}: they come from another encoder. Find the topics again."
        )
    read = Centres(torch.from_numpy(unit(centres)).to(encoder.device))
    return Subject(
        names=names,
        encoder=encoder,
        read=read,
        odds=False,
        max_length=card.max_length,
        key=topics.key,
    )


def topic_names(topics: Topics) -> tuple[str, ...]:
    """(k,) names of the topics; those that share one have their number beside it."""
    twice = Counter(topic.name.casefold() for topic in topics.found)
    return tuple(
        f"{topic.name} ({topic.id})" if twice[topic.name.casefold()] > 1 else topic.name
        for topic in topics.found
    )
