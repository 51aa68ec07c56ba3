"""Topics of three subjects read by a tiny encoder, and by its draft; and such topics spoilt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.store import Artifact, Store
from engine.topics.spec import TopicsSpec
from engine.topics.topics import load_topics, save_topics
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv
from tests.tiny import make_tiny_encoder

SUBJECTS = {
    "film": "film poor great bad good says".split(),
    "market": "market shares bank oil price rose fell".split(),
    "science": "science paper model data network report".split(),
}
EACH = 60


@dataclass(frozen=True)
class Made:
    """whole, draft: topics of the same texts by the tiny encoder and by its draft."""

    store: Store
    whole: Artifact
    draft: Artifact


def texts(seed: int = 0) -> list[tuple[str, str]]:
    """Texts of the three subjects by turns, and the subject of each."""
    rng = np.random.default_rng(seed)
    names = list(SUBJECTS)
    rows = []
    for n in range(EACH * len(names)):
        name = names[n % len(names)]
        words = [*rng.choice(SUBJECTS[name], 6), *rng.choice(["the", "of", "and", "was"], 2)]
        rows.append((" ".join(rng.permutation(words)) + f" {n}.", name))
    return rows


def made_topics(folder, store: Store | None = None) -> Made:
    """Three topics each; what each is made from is in the store too."""
    store = store or Store(folder / "cache")
    encoder = make_tiny_encoder(folder / "encoder")
    dataset = add_dataset(
        store, write_csv(folder / "subjects.csv", texts()), text=["text"], label="label"
    )
    shared = {"dataset": dataset.key, "cluster": "kmeans", "topics": 3, "map": "none"}
    found = [
        run(TopicsSpec.parse({**shared, "encoder": name}), store=store)
        for name in (str(encoder), f"draft:{encoder}")
    ]
    return Made(store, *found)


_COUNT = iter(range(1_000_000))


def changed(
    store: Store, topics: Artifact, without: list[str], *, fingerprint: str = "", width: int = 0
) -> Artifact:
    """The same topics under another key: inputs taken away, vectors by other weights, or of another
    width."""
    inputs = {
        name: said
        for name, said in topics.manifest.inputs.items()
        if said.split("/")[0] not in without
    }
    if fingerprint:
        vectors = next(a for a in store.inputs(topics) if a.kind == "vectors")
        facts = {**vectors.facts, "fingerprint": fingerprint}
        other = _again(store, vectors, dict(vectors.manifest.inputs), facts, None)
        inputs = {
            name: f"vectors/{other.key}" if said.startswith("vectors/") else said
            for name, said in inputs.items()
        }
    kept = load_topics(topics)
    if width:
        kept = replace(kept, centroids=np.eye(len(kept.found), width, dtype=np.float32))
    return _again(store, topics, inputs, dict(topics.facts), lambda to: save_topics(to, kept))


def _again(store, found, inputs, facts, fill):
    key = f"{next(_COUNT):0>20}"
    with store.temporary() as folder:
        if fill:
            fill(folder)
        manifest = found.manifest.model_copy(
            update={"key": key, "inputs": inputs, "facts": facts, "files": {}}
        )
        return store.publish(folder, manifest)
