"""Wishes for topics and what ran here before in, how long making them would take out."""

from __future__ import annotations

from dataclasses import dataclass

from engine.encoder.hub.find import is_here
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Artifact, Store
from engine.topics.reduce.spec import embed_spec
from engine.topics.spec import TopicsSpec

_DRAFT = "draft"
_GUESSED = {True: 3_000.0, False: 30.0}
"""Texts a second on two laptop cores, by a draft or a full encoder, before anything ran here."""
_FIRST_S = 8.0
_A_DOCUMENT_S = 0.0008


@dataclass(frozen=True)
class Estimate:
    """Seconds until the topics are there. read: Of them, for reading the texts. measured: whether
    earlier runs on this machine say so, or only a guess for two laptop cores."""

    seconds: float
    read: float
    measured: bool


def estimate(spec: TopicsSpec, dataset: Artifact, *, store: Store) -> Estimate:
    """How long the topics of `dataset` would take, to a factor of two or so."""
    rows = float(dataset.facts["rows"])
    read, measured = _read_s(spec, dataset, rows, store)
    earlier = [
        (a.manifest.seconds, float(a.facts["documents"]))
        for a in store.artifacts("topics")
        if a.facts.get("documents") and a.manifest.stage == "topics"
    ]
    rest = _FIRST_S + rows * _A_DOCUMENT_S
    if earlier:
        seconds, of = min(earlier, key=lambda one: abs(one[1] - rows))
        rest = max(3.0, seconds * rows / of)
    return Estimate(read + rest, read, measured)


def _read_s(spec: TopicsSpec, dataset: Artifact, rows: float, store: Store) -> tuple[float, bool]:
    # Asked only of encoders that are here: an estimate must not fetch one.
    if is_here(spec.encoder):
        wanted = resolve(embed_spec(spec), store, SILENT)
        if store.find("vectors", wanted.key()):
            return 0.0, True
    speeds = [
        float(v.facts["docs_per_second"])
        for v in store.artifacts("vectors")
        if v.manifest.spec.get("encoder") == spec.encoder and v.facts.get("docs_per_second")
    ]
    guess = _GUESSED[spec.encoder.startswith(_DRAFT)]
    return rows / (speeds[0] if speeds else guess), bool(speeds)
