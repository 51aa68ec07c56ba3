"""Topics asked for by name or by seed words: do they come out, and does the rest stay?

    LIMN_CACHE=cache python benchmarks/topics_asked.py papers-v news-v domains-v

Takes vectors artifacts of the datasets named in SUBJECTS: papers with a column of categories, news
and reviews with labels. Each subject is asked for by its name and by seed words, alone and together
with all others; F1, precision and recall of the topic are against its category. Beside it: the best
topic of a run that was asked for nothing; and BERTopic's two ways as its version 0.17 does them, on
the same vectors: zero-shot (cosine 0.7 and more) and guided (documents nearer to a seed than to the
mean document become the mean of both, then all is reduced and clustered anew, here by Limn). How
much the rest stays: ARI of the other documents' topics with those of the run that was asked for
nothing, three subjects asked for. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.store import default_store  # noqa: E402
from engine.topics.centres import unit  # noqa: E402
from engine.topics.cluster.grains import grains, least  # noqa: E402
from engine.topics.finding import find  # noqa: E402
from engine.topics.guided import asked, carved, directions, drawn, usual_words_of  # noqa: E402
from engine.topics.reduce.reduced import reduce  # noqa: E402
from engine.topics.spec import TopicsSpec, words_spec  # noqa: E402
from engine.topics.words.counts import load_words  # noqa: E402
from engine.topics.words.phrases import reads_phrases  # noqa: E402
from engine.work import run  # noqa: E402

PAPERS = {
    "cs.RO": ("Robotics", "robot, manipulator, motion planning, grasping"),
    "q-bio.PE": (
        "Population dynamics and epidemics",
        "epidemic, population dynamics, species, evolution",
    ),
    "cs.SD": ("Speech and music audio", "speech, audio, music, sound"),
    "q-fin.ST": ("Stock markets", "stock market, prices, financial time series, volatility"),
    "physics.ao-ph": (
        "Climate, atmosphere and ocean",
        "climate, ocean, atmosphere, precipitation",
    ),
    "cs.CR": ("Cryptography and security", "encryption, attack, malware, authentication"),
    "q-bio.NC": ("Neuroscience", "neurons, brain, spike trains, cortex"),
    "cs.PL": ("Programming languages", "compiler, type system, program semantics, language"),
    "astro-ph.EP": ("Exoplanets", "exoplanet, planet, orbits, stars"),
    "cs.DL": ("Bibliometrics", "citations, bibliometrics, journals, scientific publications"),
    "physics.geo-ph": ("Seismology", "earthquake, seismic, fault, waves"),
    "quant-ph": ("Quantum physics", "quantum, entanglement, qubits, decoherence"),
}
NEWS = {
    "World": ("World politics", "government, war, president, elections"),
    "Sports": ("Sports", "game, team, season, coach"),
    "Business": ("Business", "company, shares, market, economy"),
    "Sci/Tech": ("Science and technology", "software, computer, space, internet"),
}
REVIEWS = {
    "books": ("Books", "book, author, novel, chapters"),
    "dvd": ("Films on DVD", "movie, film, actors, scenes"),
    "electronics": ("Electronics", "battery, cable, headphones, computer"),
    "kitchen_housewares": ("Kitchen and housewares", "kitchen, pan, cooking, knives"),
}
SUBJECTS = (PAPERS, NEWS, REVIEWS)
ABSENT = (
    "Cooking recipes, Football league, Celebrity gossip, Medieval poetry, Gardening tips, Tax law, "
    "Fashion and clothing, Wedding planning, Car repair, Hotel reviews, Dog training, "
    "Knitting patterns, Buddhist meditation, Wine tasting"
).split(", ")


def corpus(store, name):
    """Vectors, words, a dictionary of category to (n,) bool, the subjects, encoder and dataset."""
    import pyarrow.parquet as pq

    from engine.topics.documents import source_places

    artifact = store.get(name, "vectors")
    dataset = next(a for a in store.inputs(artifact) if a.kind == "dataset")
    rows = dataset.path / "rows.parquet"
    labels = [{str(one)} for one in pq.read_table(rows, columns=["label"])["label"].to_pylist()]
    source = next(a for a in store.lineage(dataset) if a.kind == "source").path / "rows.parquet"
    if "categories" in pq.read_schema(source).names:
        held = pq.read_table(source, columns=["categories"])["categories"]
        labels = [set(one.split()) for one in held.take(source_places(rows)).to_pylist()]
    there = set().union(*labels)
    subjects = next(one for one in SUBJECTS if set(one) <= there)
    truth = {name: np.array([name in one for one in labels]) for name in subjects}
    words = load_words(run(words_spec(TopicsSpec(dataset=dataset.key)), store=store))
    return np.load(artifact.path / "vectors.npy"), words, truth, subjects, artifact, dataset


def phrases(store, artifact):
    from engine.encoder.hub.find import drafted
    from engine.encoder.spec import DistillSpec

    encoder = artifact.manifest.spec["encoder"]
    base = drafted(encoder)
    return reads_phrases(
        encoder, run(DistillSpec(encoder=base), store=store).path if base else None
    )


def judged(mine, true):
    both = float((mine & true).sum())
    precision, recall = both / max(1, mine.sum()), both / max(1, true.sum())
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def mean(rows):
    return dict(
        zip(("f1", "precision", "recall"), np.mean(rows, axis=0).round(3).tolist(), strict=True)
    )


def best(labels, true):
    """The topic that fits a category best: looked up, so an upper bound."""
    return max(judged(labels == one, true) for one in range(labels.max() + 1))


def pulled(vectors, wanted):
    """BERTopic's guided modelling: _guided_topic_modeling of version 0.17."""
    everywhere = unit(vectors.mean(axis=0, keepdims=True))
    near = (vectors @ np.concatenate([wanted, everywhere]).T).argmax(axis=1)
    moved = vectors.copy()
    for place, one in enumerate(wanted):
        moved[near == place] = (moved[near == place] + one) / 2
    return moved


def compared(name):
    from sklearn.metrics import adjusted_rand_score

    store = default_store()
    vectors, words, truth, subjects, artifact, dataset = corpus(store, name)
    encode = phrases(store, artifact)
    usual = encode(usual_words_of(words))
    points = reduce(vectors, dims=5).points
    spots, _ = grains(points)
    plain = TopicsSpec(dataset=dataset.key)
    alone = find(plain, points, vectors, words, encode).clustering.labels
    found = {"documents": len(vectors), "subjects": len(subjects)}
    found["asked for nothing, best topic"] = mean([best(alone, true) for true in truth.values()])
    for way in ("names", "seeds"):
        said = [(one[0], one[1].split(", ")) for one in subjects.values()]
        topics = (
            asked([n for n, _ in said], []) if way == "names" else asked([], [s for _, s in said])
        )
        wanted = directions(topics, encode)

        def taken(some):
            """(n,) which of these topics each document is in, the others' topics cut as well."""
            found, mine = carved(
                alone, drawn(vectors, spots, some, usual), least=least(len(vectors))
            )
            return [found == mine.get(n, -2) for n in range(len(some))]

        every = taken(wanted)
        rows = [judged(mine, true) for mine, true in zip(every, truth.values(), strict=True)]
        found[f"{way}, all at once"] = mean(rows)
        single = [taken(one[None])[0] for one in wanted]
        rows = [judged(mine, true) for mine, true in zip(single, truth.values(), strict=True)]
        found[f"{way}, one at a time"] = mean(rows)
        alike = vectors @ wanted.T
        near = np.where(alike.max(axis=1) >= 0.7, alike.argmax(axis=1), -1)
        rows = [judged(near == n, true) for n, true in enumerate(truth.values())]
        found[f"{way}, cosine 0.7 and more"] = mean(rows)
        if way == "seeds":
            moved = pulled(vectors, wanted)
            there = reduce(moved, dims=5).points
            labels = find(plain, there, moved, words, encode).clustering.labels
            rows = [best(labels, true) for true in truth.values()]
            found["seeds, vectors pulled, best topic"] = mean(rows)
        three = {way: [one[0] if way == "names" else one[1] for one in said[:3]]}
        some = find(TopicsSpec(dataset=dataset.key, **three), points, vectors, words, encode)
        rest = ~np.isin(some.clustering.labels, list(some.labels.values()))
        agreed = adjusted_rand_score(alone[rest], some.clustering.labels[rest])
        found[f"{way}, three: ARI of the rest"] = round(float(agreed), 3)
    absent = drawn(vectors, spots, encode(ABSENT), usual)
    took = {one: int((absent == n).sum()) for n, one in enumerate(ABSENT)}
    found["absent subjects that took documents"] = {one: n for one, n in took.items() if n}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", nargs="+")
    report = {}
    for name in parser.parse_args().vectors:
        report[name] = compared(name)
        print(name, json.dumps(report[name], indent=1), flush=True)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
