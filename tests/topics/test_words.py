"""Words of topics: what is counted, what it weighs, and which are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.store import Store
from engine.topics.words.counts import class_counts, load_words
from engine.topics.words.describe import name_of, representative, topic_words, weights_of
from engine.topics.words.spec import WordsSpec
from engine.topics.words.tokens import words_in
from engine.topics.words.weights import ctfidf
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv

TEXTS = [
    "The robot arm grips the robot arm.",
    "A robot arm learns; the arm moves.",
    "Robot arms and a robot hand, 42 times.",
    "Stars and galaxies: dark matter in galaxies.",
    "Dark matter halos of galaxies and stars",
    "Dark matter, dark energy. x y z",
]


@pytest.fixture
def words(tmp_path):
    store = Store(tmp_path / "cache")
    rows = [(text, "a") for text in TEXTS]
    dataset = add_dataset(store, write_csv(tmp_path / "t.csv", rows), label="label")
    return load_words(run(WordsSpec(dataset=dataset.key, min_df=1), store=store))


def count(words, text, word):
    return int(words.counts[text, words.vocabulary.index(word)])


def test_words_and_neighbouring_pairs_are_counted_by_text(words):
    assert count(words, 0, "robot") == 2
    assert count(words, 0, "robot arm") == 2
    assert count(words, 5, "dark") == 2
    assert count(words, 3, "robot") == 0


def test_stop_words_numbers_and_single_letters_are_left_out(words):
    single = {part for word in words.vocabulary for part in word.split()}
    assert not single & {"the", "and", "42", "x", "in", "of"}


def test_pairs_do_not_reach_over_a_word_that_is_left_out(words):
    assert count(words, 1, "arm learns") == 1
    assert "stars galaxies" not in words.vocabulary, "there is an 'and' between them"


def test_what_is_counted_is_what_scikit_learn_counts(words):
    from sklearn.feature_extraction.text import CountVectorizer

    from engine.topics.words.stop_words import stop_words

    theirs = CountVectorizer(
        stop_words=sorted(stop_words()), token_pattern=r"[^\W\d_](?:\w|-(?=\w))+"
    )
    matrix = theirs.fit_transform(TEXTS)
    for word, column in theirs.vocabulary_.items():
        share = (matrix[:, column].toarray() > 0).mean()
        if share <= 0.5:
            mine = words.counts[:, words.vocabulary.index(word)].toarray()
            np.testing.assert_array_equal(mine, matrix[:, column].toarray())
        else:
            assert word not in words.vocabulary


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(2, 30), st.integers(0, 10_000), st.booleans(), st.booleans())
def test_ctfidf_is_bertopics(k, v, seed, bm25, frequent):
    from bertopic.vectorizers import ClassTfidfTransformer
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 6, (k, v)).astype(np.float32)
    counts[:, counts.sum(axis=0) == 0] = 1
    counts[counts.sum(axis=1) == 0] = 1
    theirs = ClassTfidfTransformer(bm25_weighting=bm25, reduce_frequent_words=frequent)
    expected = theirs.fit_transform(csr_matrix(counts.astype(int))).toarray()
    # BM25's logarithm has no value for a word that is nearly everywhere: here it weighs nothing.
    expected = np.where(np.isfinite(expected), expected, 0)
    mine = ctfidf(counts, bm25=bm25, reduce_frequent_words=frequent)
    np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-6)


def test_topics_are_described_by_their_own_words(words):
    assigned = np.array([0, 0, 0, 7, 7, -1], dtype=np.int32)
    ids = np.array([7, 0], dtype=np.int32)
    counts = class_counts(words, assigned, ids)
    assert counts[0, words.vocabulary.index("galaxies")] == 3
    assert counts[:, words.vocabulary.index("energy")].sum() == 0
    weights = weights_of(words, assigned, ids)
    stars, robots = topic_words(weights, words.vocabulary)
    assert any("galaxies" in word for word, _ in stars)
    assert any("robot" in word for word, _ in robots)
    assert name_of(robots)
    best = representative(words, weights, assigned, ids)
    assert set(best[0]) == {3, 4}
    assert set(best[1]) == {0, 1, 2}


def test_a_topic_never_shows_a_word_beside_its_plural_or_a_pair_that_holds_it(words):
    assigned = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)
    ids = np.array([0, 1], dtype=np.int32)
    for ranked in topic_words(weights_of(words, assigned, ids), words.vocabulary):
        shown = [word for word, _ in ranked]
        assert not {"arm", "arms"} <= set(shown)
        for pair in [word for word in shown if " " in word]:
            assert not set(pair.split()) <= set(shown)


def test_a_corpus_of_papers_has_no_paper_among_its_words_and_one_of_reviews_keeps_it(tmp_path):
    store = Store(tmp_path / "cache")
    for name, often in (("papers", 2), ("reviews", 60)):
        rows = [
            (f"{'paper results' if n % often == 0 else 'words'} towels{n % 7} roll", "a")
            for n in range(180)
        ]
        dataset = add_dataset(store, write_csv(tmp_path / f"{name}.csv", rows), label="label")
        words = load_words(run(WordsSpec(dataset=dataset.key), store=store))
        said = {part for word in words.vocabulary for part in word.split()}
        assert ("paper" in said) == (name == "reviews"), name
        assert "towels3" in said


def test_scripts_without_spaces_give_pairs_of_characters():
    assert words_in("机器学习 model") == ["机器", "器学", "学习", "model"]
    assert words_in("Don't re-read E5 naïve") == ["don", "re-read", "e5", "naïve"]


def test_words_of_every_text_stay_where_there_are_no_others(tmp_path):
    store = Store(tmp_path / "cache")
    rows = [("the same robot arm again", "a")] * 8
    dataset = add_dataset(store, write_csv(tmp_path / "s.csv", rows), label="label")
    words = load_words(run(WordsSpec(dataset=dataset.key), store=store))
    assert {"robot", "arm", "robot arm"} <= set(words.vocabulary)


def test_a_corpus_without_words_has_topics_without_words(tmp_path):
    store = Store(tmp_path / "cache")
    rows = [(f"{n} {n + 1}", "a") for n in range(12)]
    dataset = add_dataset(store, write_csv(tmp_path / "n.csv", rows), label="label")
    words = load_words(run(WordsSpec(dataset=dataset.key), store=store))
    assert words.counts.shape == (12, 0)
    assigned, ids = np.zeros(12, dtype=np.int32), np.zeros(1, dtype=np.int32)
    ranked = topic_words(weights_of(words, assigned, ids), words.vocabulary)
    assert ranked == [()]
    assert name_of(ranked[0]) == "no words"
