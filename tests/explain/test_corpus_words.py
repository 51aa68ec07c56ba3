"""What is made of attributions: drivers, differences, kinds of words; on planted numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from engine.explain.corpus.attributions import read_attributions, write_attributions
from engine.explain.corpus.belongs import Belongs, belongs_to
from engine.explain.corpus.chunk import SCHEMA
from engine.explain.corpus.counted import counted
from engine.explain.corpus.differences import differences
from engine.explain.corpus.drivers import drivers
from engine.explain.corpus.goes_with import EARLIER, HELD_OUT, LATER, LEARNT, goes_with
from engine.explain.corpus.holders import holders
from engine.explain.corpus.holds_up import holds_up
from engine.explain.corpus.leans import Lean
from engine.explain.corpus.shapes import SHAPES, kind_of, shape_of
from engine.explain.corpus.take_away import drivers_table
from engine.explain.corpus.without import Tried

LABELS = ("business", "sports")


def planted(tmp_path, texts, explained, targets=None):
    """Attributions of texts given as lists of (word, score), through a folder they are kept in."""
    n = len(texts)
    targets = explained if targets is None else targets
    chosen = pa.table(
        {
            "row": list(range(n)),
            "text": [" ".join(word for word, _ in text) for text in texts],
            "label": [LABELS[one] if one >= 0 else None for one in targets],
            "split": ["train"] * n,
        }
    )
    lines = []
    for text, of in zip(texts, explained, strict=True):
        words = [word for word, _ in text]
        starts = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1]
        scores = [score for _, score in text]
        lines.append(
            {
                "explained": of,
                "probabilities": [1.0 - of, float(of)],
                "value": sum(scores),
                "base": 0.0,
                "delta": 0.0,
                "cut": False,
                "words": words,
                "shapes": [0] * len(words),
                "starts": starts,
                "stops": starts + [len(word) for word in words],
                "scores": scores,
            }
        )
    tmp_path.mkdir(exist_ok=True)
    write_attributions(tmp_path, chosen, pa.Table.from_pylist(lines, schema=SCHEMA), LABELS)
    return read_attributions(tmp_path)


def test_a_drivers_figures_are_those_of_its_texts(tmp_path):
    rng = np.random.default_rng(0)
    mine = rng.normal(1.0, 0.5, 12).round(3)
    texts = [[("rose", score), ("the", 0.0)] for score in mine] + [[("the", 0.0)]] * 8
    texts += [[("goal", 2.0), ("the", 0.0)]] * 6
    found = planted(tmp_path / "a", texts, [0] * 20 + [1] * 6)
    rose = next(one for one in drivers(found, 0) if one.word == "rose")
    assert (rose.texts, rose.share) == (12, 12 / 20)
    assert rose.mean == pytest.approx(mine.mean(), abs=1e-6)
    test = ttest_1samp(mine, 0).confidence_interval(0.95)
    assert rose.mean_interval == pytest.approx((test.low, test.high), abs=1e-5)
    whole = ttest_1samp(np.concatenate([mine, np.zeros(8)]), 0).confidence_interval(0.95)
    assert rose.total == pytest.approx(mine.sum() / 20, abs=1e-6)
    assert rose.total_interval == pytest.approx((whole.low, whole.high), abs=1e-5)
    assert "goal" not in {one.word for one in drivers(found, 0)}
    assert drivers(found, 0)[0].word == "rose"


def test_a_word_that_stands_twice_in_a_text_counts_once_with_its_sum(tmp_path):
    found = planted(tmp_path / "a", [[("fell", 0.25), ("fell", 0.5)]] * 6, [0] * 6)
    assert [(one.word, one.texts, one.mean) for one in drivers(found, 0)] == [("fell", 6, 0.75)]


def test_fewer_texts_than_asked_for_are_no_driver(tmp_path):
    found = planted(tmp_path / "a", [[("fell", 1.0)]] * 4 + [[("the", 0.1)]] * 6, [0] * 10)
    assert [one.word for one in drivers(found, 0)] == ["the"]
    assert {one.word for one in drivers(found, 0, support=4)} == {"the", "fell"}


def test_the_order_of_texts_changes_nothing(tmp_path):
    rng = np.random.default_rng(1)
    words = ["rose", "fell", "bank", "goal", "team", "the"]
    texts = [[(w, float(rng.normal())) for w in rng.choice(words, 4)] for _ in range(60)]
    explained = rng.integers(0, 2, 60).tolist()
    order = rng.permutation(60)
    one = planted(tmp_path / "a", texts, explained)
    other = planted(tmp_path / "b", [texts[i] for i in order], [explained[i] for i in order])
    for place in (0, 1):
        for mine, theirs in zip(drivers(one, place), drivers(other, place), strict=True):
            assert mine.word == theirs.word
            assert mine.mean == pytest.approx(theirs.mean, abs=1e-6)
            assert mine.counted == pytest.approx(theirs.counted)


def test_weighing_and_counting_can_disagree(tmp_path):
    """One word in all texts of a category that does nothing; one in few that decides."""
    texts = [[("dateline", 0.001), ("rose", 0.5 + 0.01 * (n % 3))] for n in range(120)]
    for n in range(5):
        texts[n].append(("merger", 2.0 + 0.01 * n))
    texts += [[("goal", 0.5), ("rose", 0.0)] for _ in range(120)]
    found = planted(tmp_path / "a", texts, [0] * 120 + [1] * 120)
    standing = {one.word: one.standing for one in drivers(found, 0)}
    assert standing["dateline"] == "frequent but unused"
    assert standing["merger"] == "rare but decisive"
    assert standing["rose"] == ""


def test_counting_is_symmetric_and_grows_with_evidence():
    held, elsewhere = np.array([30, 3, 10]), np.array([5, 0, 10])
    ties = counted(held, elsewhere, 50, 50)
    assert ties == pytest.approx(-counted(elsewhere, held, 50, 50))
    assert ties[0] > ties[1] > ties[2] == 0


def test_differences_find_what_a_cohort_goes_by_and_nothing_in_noise(tmp_path):
    rng = np.random.default_rng(2)
    texts = [[("the", float(rng.normal(0, 0.1))), ("not", float(rng.normal(0, 0.1)))]
             for _ in range(80)]  # fmt: skip
    cohort = np.arange(80) < 30
    for n in np.flatnonzero(cohort):
        texts[n].append(("said", float(rng.normal(0.8, 0.2))))
    found = planted(tmp_path / "a", texts, [0] * 80)
    first, *rest = differences(found, cohort)
    assert first.word == "said"
    assert first.sure > 0
    assert (first.texts_inside, first.texts_outside, first.outside) == (30, 0, 0)
    assert not any(one.sure for one in rest)
    back = {one.word: one.gap for one in differences(found, ~cohort)}
    assert back["said"] == pytest.approx(-first.gap)
    assert differences(found, np.ones(80, dtype=bool)) == []


@pytest.mark.parametrize(
    ("word", "written", "kind"),
    [
        ("reuters", "capital", "source"),
        ("quot", "small", "leftover"),
        ("www.example.com", "small", "leftover"),
        ("monday", "capital", "date"),
        ("2004", "small", "date"),
        ("may", "capital", "date"),
        ("may", "small", ""),
        ("10", "small", "number"),
        ("16oz", "small", "number"),
        ("3rd", "small", "number"),
        ("greenie", "handle", "user name"),
        ("nasa", "caps", "acronym"),
        ("athens", "capital", "name"),
        ("athens", "first", ""),
        ("terrible", "small", ""),
    ],
)
def test_the_kind_of_a_word_follows_from_how_it_is_written(word, written, kind):
    shapes = np.array([10 * (name == written) for name in SHAPES])
    assert kind_of(word, shapes) == kind


def test_how_a_word_is_written():
    text = "Shares rose. The NASA probe, says Anna, by @anna: “Good” I said"
    told = {text[s : s + n]: SHAPES[shape_of(text, (s, s + n))] for s, n in
            [(0, 6), (7, 4), (13, 3), (17, 4), (34, 4), (44, 4), (51, 4)]}  # fmt: skip
    assert told == {
        "Shares": "first", "rose": "small", "The": "first", "NASA": "caps", "Anna": "capital",
        "anna": "handle", "Good": "first",
    }  # fmt: skip


def test_a_word_that_goes_with_a_label_only_where_it_was_learnt(tmp_path):
    lines = [("Acme wins", "sports", "train")] * 20 + [("a match", "business", "train")] * 20
    lines += [("Acme wins", "business", "test")] * 10 + [("a match", "sports", "test")] * 10
    days = np.datetime64("2024-01-01", "us") + np.arange(60).astype("timedelta64[D]")
    text, label, split = zip(*lines, strict=True)
    table = pa.table(
        {"row": list(range(60)), "text": text, "label": label, "split": split, "date": days}
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    parts = {one.name: one for one in goes_with(
        holders(tmp_path / "rows.parquet", ["acme"]), {"acme": ["sports"]}
    )[
        "acme", "sports"]}  # fmt: skip
    assert (parts[LEARNT].texts, parts[LEARNT].share, parts[LEARNT].holds) == (20, 1.0, True)
    assert (parts[HELD_OUT].texts, parts[HELD_OUT].share, parts[HELD_OUT].holds) == (10, 0.0, False)
    assert set(parts) == {LEARNT, HELD_OUT, EARLIER, LATER}


def test_without_labels_nothing_is_said_of_them(tmp_path):
    none = pa.array([None], pa.string())
    table = pa.table({"row": [0], "text": ["a"], "label": none, "split": ["train"]})
    pq.write_table(table, tmp_path / "rows.parquet")
    found = holders(tmp_path / "rows.parquet", ["a"])
    assert goes_with(found, {"a": ["sports"]}) == {("a", "sports"): []}


_TEXTS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["rose", "fell", "“", "ÅÄ", "日"]), st.floats(-5, 5, width=32)),
        min_size=1, max_size=6,
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(texts=_TEXTS, data=st.data())
@settings(max_examples=30, deadline=None)
def test_what_is_kept_comes_back(tmp_path_factory, texts, data):
    explained = [data.draw(st.integers(0, 1)) for _ in texts]
    found = planted(tmp_path_factory.mktemp("kept"), texts, explained)
    for place, text in enumerate(texts):
        of = found.of_text(place)
        assert [found.vocabulary[word] for word in found.word[of]] == [word for word, _ in text]
        assert found.score[of].tolist() == [score for _, score in text]
    assert found.explained.tolist() == explained
    assert found.shapes.sum() == len(found.word)
    table = drivers_table(found)
    assert table.num_rows == sum(len(drivers(found, place)) for place in (0, 1))


def test_a_word_that_stands_for_one_product_is_known_by_it(tmp_path):
    """However it is written; not where the product is half of the file, or its texts are few."""
    products = ["A1"] * 8 + [f"B{n}" for n in range(90)] + ["C"] * 3
    texts = ["good zesta tea"] * 7 + ["tea"] + ["zesta"] + ["good tea"] * 89 + ["rarity"] * 3
    pq.write_table(pa.table({"product": products, "text": texts}), tmp_path / "source.parquet")
    n = len(texts)
    table = {"row": list(range(n)), "text": texts, "label": ["x"] * n, "split": ["train"] * n}
    pq.write_table(pa.table(table), tmp_path / "rows.parquet")
    found = holders(tmp_path / "rows.parquet", ["zesta", "tea", "good", "rarity"])
    made = belongs_to(found, tmp_path / "source.parquet", leave_out=["text"])
    assert set(made) == {"zesta"}
    assert made["zesta"] == Belongs("product", "A1", 8, 7 / 8)


def _lean(lost, by_chance, texts=9):
    tried = Tried(texts, 0, 0, lost, by_chance, 0, 0, 0)
    return Lean("w", "sports", "", texts, 0.5, 1.0, (0.5, 1.5), 2.0, tried, ())


def test_weights_are_believed_where_their_words_cost_more_than_others():
    found = holds_up([_lean(0.10, 0.01), _lean(0.20, 0.0), _lean(0.15, 0.02)])
    assert found.believable
    assert (found.words, found.lost) == (3, pytest.approx(0.15))
    test = ttest_1samp([0.09, 0.2, 0.13], 0).confidence_interval(0.95)
    assert found.interval == pytest.approx((test.low, test.high))


def test_weights_are_not_believed_where_any_word_costs_as_much():
    assert not holds_up([_lean(0.01, 0.02), _lean(0.03, 0.01), _lean(-0.01, 0.0)]).believable
    assert holds_up([_lean(0.5, 0.0)] * 2 + [_lean(0.0, 0.0, texts=0)]) is None
