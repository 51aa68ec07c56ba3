"""Labels that were made wrong on purpose are doubted, copies of a text never judge one another."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.classify.doubts.judge import held_out, judge, judgeable
from engine.classify.doubts.spec import DoubtsSpec
from engine.classify.doubts.texts import doubted_texts
from engine.classify.examples import read_examples
from engine.data.spec_edit import EditSpec
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv


def clusters(n, labels, seed=0, spread=0.3):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, labels, n)
    centres = rng.normal(size=(labels, 16))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = centres[targets] * 2 + rng.normal(size=(n, 16)) * spread
    return vectors.astype(np.float32), targets.astype(np.int64)


@pytest.mark.parametrize("labels", [2, 5])
def test_planted_errors_come_first(labels):
    vectors, targets = clusters(1000, labels)
    rng = np.random.default_rng(1)
    planted = rng.choice(1000, 50, replace=False)
    given = targets.copy()
    given[planted] = (given[planted] + rng.integers(1, labels, 50)) % labels
    found = judge(vectors, given, groups=np.arange(1000))
    order = np.lexsort((found.score, ~found.doubted))
    first = np.isin(order[:50], planted).mean()
    assert first > 0.9
    assert found.doubted[planted].mean() > 0.8
    right = found.doubted & np.isin(np.arange(1000), planted)
    assert (found.suggestion[right] == targets[right]).mean() > 0.95


def test_what_is_doubted_suggests_another_label_and_nothing_is_out_of_range():
    vectors, targets = clusters(300, 3, spread=1.5)
    found = judge(vectors, targets, groups=np.arange(300))
    assert (found.suggestion[found.doubted] != targets[found.doubted]).all()
    for share in (found.score, found.confidence):
        assert ((share >= 0) & (share <= 1)).all()
    assert (found.score <= found.confidence + 1e-6).all()


def test_a_copy_never_speaks_for_its_text():
    # Vectors without any meaning: only a copy in another fold could know a text's label.
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(200, 300)).astype(np.float32), 2, axis=0)
    targets = np.repeat(rng.integers(0, 2, 200), 2).astype(np.int64)
    apart = held_out(vectors, targets, groups=np.arange(400), folds=5, seed=0)
    together = held_out(vectors, targets, groups=np.repeat(np.arange(200), 2), folds=5, seed=0)
    assert (apart.argmax(axis=1) == targets).mean() > 0.7
    assert (together.argmax(axis=1) == targets).mean() < 0.62


def test_equal_seeds_judge_equally():
    vectors, targets = clusters(200, 3)
    one, other = (judge(vectors, targets, groups=np.arange(200), seed=4) for _ in range(2))
    assert (one.score == other.score).all()
    assert (one.doubted == other.doubted).all()


@pytest.fixture
def spoilt(store, tmp_path):
    """240 texts whose first fifteen have a wrong label, and three of a category of their own."""
    rows = labelled_texts(240)
    names = sorted({label for _, label in rows})
    wrong = [(text, names[(names.index(label) + 1) % 3]) for text, label in rows[:15]]
    lonely = [(f"a lone text of number {n}", "Alone") for n in range(3)]
    return add_dataset(store, write_csv(tmp_path / "spoilt.csv", [*wrong, *rows[15:], *lonely]))


def test_the_stage_ranks_the_rows_and_says_whom_it_did_not_judge(store, spoilt, encoder_folder):
    found = run(DoubtsSpec(dataset=spoilt.key, encoder=str(encoder_folder)), store=store)
    table = pq.read_table(found.path / "doubts.parquet").to_pylist()
    assert len(table) == found.facts["rows"] == 240
    assert found.facts["skipped"] == 3
    assert "Alone" not in {row["label"] for row in table}
    doubted = [row for row in table if row["doubted"]]
    assert len(doubted) == found.facts["doubted"] > 0
    assert table[: len(doubted)] == doubted
    assert [r["score"] for r in doubted] == sorted(r["score"] for r in doubted)
    assert sum(n for *_, n in found.facts["pairs"]) == len(doubted)
    assert (
        len({row["row"] for row in doubted} & set(range(15))) >= 8
    )  # three in five, of an encoder of no meaning
    given, better, n = found.facts["pairs"][0]
    rows = spoilt.path / "rows.parquet"
    texts = doubted_texts(found.path, rows, label=given, suggestion=better)
    assert len(texts) == n
    assert {(t["label"], t["prediction"]) for t in texts} == {(given, better)}
    everything = doubted_texts(found.path, rows)
    assert [t["row"] for t in everything] == [r["row"] for r in doubted]
    assert doubted_texts(found.path, rows, offset=1, limit=2) == everything[1:3]


def test_two_categories_must_have_texts_enough(store, tmp_path, encoder_folder):
    rows = [(f"a lone text of number {n}", "odd" if n % 2 else "even") for n in range(6)]
    few = add_dataset(store, write_csv(tmp_path / "few.csv", rows), train=1, validation=0, test=0)
    with pytest.raises(InputError, match="5 different texts or more each"):
        run(DoubtsSpec(dataset=few.key, encoder=str(encoder_folder)), store=store)
    examples = read_examples(few)
    assert len(judgeable(examples, 3)) == 6
    assert len(judgeable(examples, 4)) == 0


def test_an_edited_dataset_takes_the_vectors_of_the_version_before(
    store, spoilt, encoder_folder, tmp_path
):
    from engine.encoder.spec import EmbedSpec

    before = run(EmbedSpec(dataset=spoilt.key, encoder=str(encoder_folder)), store=store)
    path = Path(tmp_path / "edits.csv")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("row", "action", "value"), (3, "exclude", ""), (100, "exclude", ""), (7, "weight", 2)]
        )
    new = run(EditSpec(dataset=spoilt.key, edits=str(path)), store=store)
    after = run(EmbedSpec(dataset=new.key, encoder=str(encoder_folder)), store=store)
    assert after.facts["taken_from"] == before.key
    assert after.facts["embeddings"] == 241
    old, had = np.load(before.path / "vectors.npy"), _rows(spoilt)
    assert (np.load(after.path / "vectors.npy") == old[np.isin(had, [3, 100], invert=True)]).all()
    assert before.key in {a.key for a in store.inputs(after)}
    # Read anew, they would be the same.
    store.discard(after)
    store.discard(before)
    fresh = run(EmbedSpec(dataset=new.key, encoder=str(encoder_folder)), store=store)
    assert "taken_from" not in fresh.facts
    again = np.load(fresh.path / "vectors.npy")
    assert np.abs(again - old[np.isin(had, [3, 100], invert=True)]).max() < 1e-5


def _rows(dataset):
    return pq.read_table(dataset.path / "rows.parquet", columns=["row"])["row"].to_numpy()
