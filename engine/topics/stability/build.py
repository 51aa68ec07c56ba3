"""Topics in, re-fits of them and what those say of each topic out: the stage."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import Cancelled, InputError
from engine.store import Artifact, Store
from engine.store.files import write_json
from engine.topics.cluster.cluster import NoTopics
from engine.topics.spec import words_spec
from engine.topics.stability.refit import Plan, plans, refit
from engine.topics.stability.score import STABLE, Survival, Whole, survivals, wholes
from engine.topics.stability.spec import StabilitySpec
from engine.topics.topics import load_topics
from engine.topics.wish import vectors_of, wish_of
from engine.topics.words.counts import load_words
from engine.topics.words.meanings import FILE, Meanings, kept_in
from engine.topics.words.phrases import phrase_encoder
from engine.work import Work

Ints = NDArray[np.int32]


def build(spec: StabilitySpec, work: Work) -> dict[str, Any]:
    """Fit again and again, each time with another seed, every other time on a part of the texts.

    Writes ``refits.npy``, (r, n) int32: the topic of each document in each re-fit, -1 in none, -2
    where it was not among them; ``runs.json``, one row a re-fit; ``survivals.json``, one row a
    topic, as :class:`engine.topics.stability.score.Survival`. Each re-fit is kept at once, so a
    new start goes on, and a stop keeps those that are whole.

    Returns:
        refits, topics, survival, jaccard (means over topics), stable (topics with a mean Jaccard
        of 0.75 and more), ari, ari_low, ari_high, nmi (over re-fits), topics_low and topics_high
        (how many topics a re-fit found).

    Raises:
        InputError: there is no topic, or one of everything, or how they were found is not known.
        Cancelled: it was stopped before two re-fits were whole.
    """
    artifact = work.inputs["topics"]
    topics = load_topics(artifact)
    if not topics.found:
        raise InputError(f"{artifact.title} has no topic, so there is nothing to find again.")
    if len(topics.found) == 1 and not topics.outlier_share:
        raise InputError(
            f"{artifact.title} has one topic with every document in it, which comes back whatever "
            "the documents are: find more topics first."
        )
    wish = wish_of(work.store, artifact)
    vectors = vectors_of(wish, artifact, work)
    todo = plans(wish.seed, seeds=spec.seeds, subsamples=spec.subsamples, share=spec.share)
    words = load_words(work.make(words_spec(wish)))
    meanings = Meanings(lambda: phrase_encoder(wish.encoder, work), kept_in(artifact.path / FILE))

    def fit(plan: Plan) -> Ints:
        try:
            return refit(wish, plan, vectors, words, meanings)
        except NoTopics as why:
            work.progress.note(f"The re-fit with seed {plan.seed} found nothing: {why}")
            return np.full(len(vectors), -1, dtype=np.int32)

    refits, seconds = _refits(fit, todo, work)
    found = survivals(np.asarray(topics.assigned), topics.ids, refits)
    whole = wholes(np.asarray(topics.assigned), refits)
    np.save(work.out / "refits.npy", refits)
    write_json(work.out / "survivals.json", [asdict(one) for one in found])
    write_json(
        work.out / "runs.json",
        [
            {**asdict(plan), **asdict(one), "seconds": took}
            for plan, one, took in zip(todo, whole, seconds, strict=False)
        ],
    )
    return {"refits": len(refits), "topics": len(found), **summary(found, whole)}


def summary(found: list[Survival], whole: list[Whole]) -> dict[str, Any]:
    """What it comes to, over topics and over re-fits."""
    known = [one for one in found if one.refits]
    ari = np.array([one.ari for one in whole])
    nmi = np.array([one.nmi for one in whole])
    nmi = nmi[np.isfinite(nmi)]
    return {
        "survival": round(float(np.mean([one.survival for one in known])), 4) if known else None,
        "jaccard": round(float(np.mean([one.jaccard for one in known])), 4) if known else None,
        "stable": sum(one.jaccard >= STABLE for one in known),
        "ari": round(float(ari.mean()), 4),
        "ari_low": round(float(ari.min()), 4),
        "ari_high": round(float(ari.max()), 4),
        "nmi": round(float(nmi.mean()), 4) if len(nmi) else None,
        "topics_low": min(one.topics for one in whole),
        "topics_high": max(one.topics for one in whole),
    }


def load_refits(artifact: Artifact) -> Ints:
    """(r, n) int32, memory-mapped."""
    found: Ints = np.load(artifact.path / "refits.npy", mmap_mode="r")
    return found


def measured(store: Store, topics: Artifact) -> Artifact | None:
    """The stability of these topics that rests on the most re-fits, the newest of equal ones."""
    of_these = f"topics/{topics.key}"
    found = [a for a in store.artifacts("stability") if a.manifest.inputs.get("topics") == of_these]
    return max(found, key=lambda a: (a.facts["refits"], a.manifest.created), default=None)


def _refits(fit: Callable[[Plan], Ints], todo: list[Plan], work: Work) -> tuple[Ints, list[float]]:
    work.progress.stage("Finding the topics again", total=len(todo), unit="re-fits")
    done: list[Ints] = []
    seconds: list[float] = []
    for number, plan in enumerate(todo):
        if work.progress.stop_requested:
            break
        began = time.monotonic()
        kept = work.scratch / f"{plan.seed}-{plan.share}.npy"
        if not kept.exists():
            _keep(kept, fit(plan))
        done.append(np.load(kept))
        seconds.append(round(time.monotonic() - began, 2))
        work.progress.at(number + 1)
    if len(done) < 2:
        raise Cancelled
    if len(done) < len(todo):
        work.stopped_at(len(done))
    return np.stack(done), seconds


def _keep(path: Path, labels: Ints) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.save(file, labels)
    os.replace(part, path)
