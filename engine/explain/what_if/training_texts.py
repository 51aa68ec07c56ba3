"""A model, a dataset and its vectors in; the texts nearest to another, and its teachers, out.

Vectors are those of the model's own encoder: the stage `embed` makes them of a dataset, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.classifier import Card
from engine.classify.evaluation.leakage import learnt_rows
from engine.classify.head import LinearHead
from engine.data import table
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.explain.what_if.nearest import Ranked, influence, nearest
from engine.store.files import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from engine.explain.subject import Subject
    from engine.store import Artifact, Store

Floats = NDArray[np.float32]
_MORE = 6
"""Times as many are looked at as are shown, for copies of a text are shown once."""


@dataclass(frozen=True)
class Neighbour:
    """A text of a dataset: where it stands, what it says, and a cosine or an influence."""

    row: int
    text: str
    title: str
    label: str
    split: str
    value: float


def vectors_spec(model: Artifact, dataset: Artifact) -> EmbedSpec:
    """What makes the vectors of `dataset` that the head of `model` would see.

    Where the encoder is frozen they are those the model was trained on, and are found again.
    """
    card = _card(model.path)
    return EmbedSpec(
        dataset=dataset.key,
        encoder=card.encoder or str(model.path / "encoder"),
        max_length=card.max_length,
        attention=model.manifest.spec.get("attention", "auto"),
    )


def vector_of(subject: Subject, text: str) -> Floats:
    """(width,) what the head sees of a text."""
    found: Floats = subject.encoder.encode(
        subject.prepare([text]), max_length=subject.max_length or None
    )[0]
    return found


def nearest_texts(
    model: Artifact,
    dataset: Artifact,
    vectors: Artifact,
    vector: Floats,
    store: Store,
    *,
    most: int = 10,
) -> list[Neighbour]:
    """The texts whose vectors have the largest cosine with `vector`, copies shown once.

    Of the model's own dataset those that taught it, of another all.
    """
    held = _Held(dataset, model, store)
    places = np.flatnonzero(held.taught) if held.taught.any() else np.arange(len(held.rows))
    stored = np.load(vectors.path / "vectors.npy", mmap_mode="r")
    return held.texts(nearest(stored, vector, places, most=most * _MORE), most)


def influential_texts(
    model: Artifact,
    dataset: Artifact,
    vectors: Artifact,
    vector: Floats,
    label: str,
    store: Store,
    *,
    most: int = 10,
) -> tuple[list[Neighbour], list[Neighbour]]:
    """Training texts that speak most for `label` as the answer, and those most against it.

    See :func:`engine.explain.what_if.nearest.influence`.

    Raises:
        InputError: the model did not learn from `dataset`, or its head has a hidden layer.
    """
    held = _Held(dataset, model, store)
    if not held.taught.any():
        raise InputError(
            f"{model.title} did not learn from {dataset.title}, so none of its texts could have "
            "moved the answer; choose the dataset it was trained on."
        )
    found = influence(
        np.load(vectors.path / "vectors.npy", mmap_mode="r"),
        held.targets(_card(model.path).labels),
        vector,
        _card(model.path).labels.index(label),
        _head(model),
        np.flatnonzero(held.taught),
        most=most * _MORE,
    )
    return held.texts(found.proponents, most), held.texts(found.opponents, most)


class _Held:
    """The small columns of a dataset, and which of its rows taught the model."""

    def __init__(self, dataset: Artifact, model: Artifact, store: Store) -> None:
        self._path = dataset.path / "rows.parquet"
        held = pq.read_table(self._path, columns=["row", "label", "split", "group"])
        self.rows = held["row"].to_numpy()
        self._groups = held["group"].to_numpy()
        self._labels: list[str | None] = held["label"].to_pylist()
        self._splits: list[str] = held["split"].to_pylist()
        own = model.manifest.inputs.get("dataset") == f"{dataset.kind}/{dataset.key}"
        learnt = learnt_rows(model, store) if own else np.zeros(0, dtype=np.int64)
        self.taught = np.isin(self.rows, learnt)

    def targets(self, labels: tuple[str, ...]) -> NDArray[np.int64]:
        """(n,) place of each row's label in `labels`, -1 for none of them."""
        place = {label: n for n, label in enumerate(labels)}
        return np.array([place.get(label or "", -1) for label in self._labels], dtype=np.int64)

    def texts(self, ranked: Ranked, most: int) -> list[Neighbour]:
        """The first of each group of copies, in that order."""
        _, first = np.unique(self._groups[ranked.places], return_index=True)
        chosen = np.sort(first)[:most]
        places = ranked.places[chosen].tolist()
        read: list[dict[str, Any]] = table.rows(
            self._path, places, columns=["text", "title"]
        ).to_pylist()
        return [
            Neighbour(
                row=int(self.rows[place]),
                text=one["text"] or "",
                title=one["title"] or "",
                label=self._labels[place] or "",
                split=self._splits[place],
                value=float(value),
            )
            for place, one, value in zip(places, read, ranked.values[chosen], strict=True)
        ]


def _head(model: Artifact) -> LinearHead:
    from safetensors.numpy import load_file

    if _card(model.path).hidden:
        raise InputError(
            f"The head of {model.title} has a hidden layer, and this measure of influence is exact "
            "for linear heads only; look at the nearest texts instead."
        )
    tensors = load_file(model.path / "head.safetensors")
    return LinearHead(tensors["weight"], tensors["bias"])


def _card(folder: Path) -> Card:
    return Card.model_validate(read_json(folder / "model.json"))
