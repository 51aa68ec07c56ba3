"""A small corpus of three subjects with vectors, points and words made by hand: topics of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.encoder.spec import EmbedSpec
from engine.progress import SILENT
from engine.store import Artifact, Store
from engine.topics.reduce.spec import embed_spec
from engine.topics.spec import TopicsSpec, map_spec, space_spec
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv

SUBJECTS = {
    "robots": "robot arm gripper motor sensor joint torque".split(),
    "stars": "star galaxy telescope orbit planet comet nebula".split(),
    "bread": "bread flour oven dough yeast crust baker".split(),
}
EACH = 60
WIDTH = 384


def texts(each: int = EACH, seed: int = 0) -> list[tuple[str, str]]:
    """Texts of the three subjects by turns, and the subject of each."""
    rng = np.random.default_rng(seed)
    names = list(SUBJECTS)
    rows = []
    for n in range(each * len(names)):
        name = names[n % len(names)]
        rows.append((" ".join([*rng.choice(SUBJECTS[name], 6), f"note{n}"]), name))
    return rows


def make_topics(store: Store, folder: Path, *, each: int = EACH, **choices: object) -> Artifact:
    """Topics of those texts; the vectors are put in place of what the encoder would make."""
    rows = texts(each)
    dataset = add_dataset(
        store, write_csv(folder / "subjects.csv", rows), text=["text"], label="label"
    )
    spec = TopicsSpec.parse({"dataset": dataset.key, **choices})
    place_vectors(store, embed_spec(spec), [label for _, label in rows])
    return run(spec, store=store, name="subjects")


def place_vectors(store: Store, spec: EmbedSpec, labels: list[str], seed: int = 0) -> None:
    """Publish vectors that lie about one centre for each label as those of `spec`."""
    from engine.work import _manifest, resolve

    rng = np.random.default_rng(seed)
    centres = {name: rng.normal(size=WIDTH) for name in dict.fromkeys(labels)}
    vectors = np.stack([centres[label] + rng.normal(scale=0.4, size=WIDTH) for label in labels])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    resolved = resolve(spec, store, SILENT)
    with store.temporary() as out:
        np.save(out / "vectors.npy", vectors.astype(np.float32))
        store.publish(out, _manifest(resolved, {"embeddings": len(labels)}, 0.1))


__all__ = ["SUBJECTS", "make_topics", "map_spec", "place_vectors", "space_spec", "texts"]
