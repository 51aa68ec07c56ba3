"""Words counted as one counts them by hand, languages told apart, and what words mean kept."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from engine.errors import InputError
from engine.store import Store
from engine.topics.words.corpus import counted
from engine.topics.words.counts import Words, load_words
from engine.topics.words.describe import best_places, representative, topic_words, weights_of
from engine.topics.words.meanings import Meanings, kept_in, likely_words
from engine.topics.words.spec import WordsSpec
from engine.topics.words.stop_words import languages, stop_words, usual_words
from engine.topics.words.tokens import words_in
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv

SAID = ["robot", "arm", "grips", "star", "dark", "the", "of", "paper", "x", "7", "re-read"]
TEXTS = st.lists(st.lists(st.sampled_from(SAID), max_size=9).map(" ".join), min_size=6, max_size=30)


def by_hand(texts: list[str], least: int) -> list[Counter[str]]:
    """What the words stage should count, word after word."""
    said = [words_in(text) for text in texts]
    pairs = [
        Counter(
            f"{a} {b}"
            for a, b in zip(words, words[1:], strict=False)
            if a != b and not {a, b} & stop_words()
        )
        for words in said
    ]
    single = [Counter(word for word in words if word not in stop_words()) for words in said]
    for counts in (single, pairs):
        texts_with = Counter(word for one in counts for word in one)
        enough = {word for word, n in texts_with.items() if n >= least}
        rare = {word for word in enough if texts_with[word] <= len(texts) / 2} or enough
        for one in counts:
            for word in set(one) - rare:
                del one[word]
    return [one + other for one, other in zip(single, pairs, strict=True)]


@settings(deadline=None, max_examples=15)
@given(TEXTS, st.integers(1, 3))
def test_counts_are_those_by_hand(tmp_path_factory, texts, least):
    folder = tmp_path_factory.mktemp("words")
    store = Store(folder / "cache")
    rows = [(f"{text} t{n}", "a") for n, text in enumerate(texts)]  # none empty, none twice
    dataset = add_dataset(store, write_csv(folder / "t.csv", rows), label="label")
    words = load_words(run(WordsSpec(dataset=dataset.key, min_df=least), store=store))
    expected = by_hand([text for text, _ in rows], least)
    assert sorted(words.vocabulary) == sorted({word for one in expected for word in one})
    for n, one in enumerate(expected):
        row = words.counts[n]
        assert {words.vocabulary[i]: c for i, c in zip(row.indices, row.data, strict=True)} == one
        assert (np.diff(row.indices) > 0).all()


def test_a_corpus_of_several_blocks_is_counted_as_one_of_one(tmp_path, monkeypatch):
    store = Store(tmp_path / "cache")
    rows = [(f"robot arm {'star' * (n % 3)} grips w{n % 7} w{n % 5}", "a") for n in range(50)]
    dataset = add_dataset(store, write_csv(tmp_path / "t.csv", rows), label="label")
    whole = load_words(run(WordsSpec(dataset=dataset.key), store=store))
    monkeypatch.setattr("engine.topics.words.build._BATCH", 7)
    other = Store(tmp_path / "other")
    dataset = add_dataset(other, tmp_path / "t.csv", label="label")
    parts = load_words(run(WordsSpec(dataset=dataset.key), store=other))
    assert parts.vocabulary == whole.vocabulary
    assert (parts.counts != whole.counts).nnz == 0


def test_pairs_that_share_a_bucket_are_still_counted_each(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "engine.topics.words.corpus._bucket", lambda one, other: np.zeros(len(one), dtype=np.int64)
    )
    store = Store(tmp_path / "cache")
    rows = [(f"robot arm {n}", "a") for n in range(4)] + [("star dust", "a"), ("moon rock", "a")]
    dataset = add_dataset(store, write_csv(tmp_path / "t.csv", rows), label="label")
    words = load_words(run(WordsSpec(dataset=dataset.key), store=store))
    assert [word for word in words.vocabulary if " " in word] == ["robot arm"]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**40) | st.integers(0, 3)), max_size=40)
)
def test_each_two_are_counted_once_in_order(rows):
    text = np.array([t for t, _ in rows], dtype=np.int32)
    key = np.array([k for _, k in rows], dtype=np.int64)
    found = zip(*(part.tolist() for part in counted(text, key)), strict=True)
    assert [((t, k), n) for t, k, n in found] == sorted(Counter(rows).items())


OLD = re.compile(r"[^\W\d_](?:\w|-(?=\w))+")


@given(st.text(alphabet="aZé1_- .'-ß", max_size=30))
def test_a_word_begins_with_a_letter_and_keeps_its_hyphens(text):
    assert words_in(text) == OLD.findall(text.lower())


SENTENCES = {
    "English": "The results of this were shown to be better than those which we had before.",
    "German": "Die Ergebnisse zeigen, dass der Roboter nicht nur schneller ist und mehr kann.",
    "French": "Nous avons montré que les étoiles sont plus lointaines et que la mesure est juste.",
    "Spanish": "Los resultados muestran que el modelo no es mejor que los otros para este caso.",
    "Italian": "I risultati mostrano che il modello non è migliore degli altri per questo caso.",
    "Portuguese": "Os resultados mostram que o modelo não é melhor do que os outros para isso.",
    "Dutch": "De resultaten laten zien dat het model niet beter is dan de andere voor dit geval.",
    "Russian": "Результаты показывают, что эта модель не лучше, чем другие для этого случая.",
    "Swedish": "Resultaten visar att modellen inte är bättre än de andra för det här fallet.",
    "Polish": "Wyniki pokazują, że ten model nie jest lepszy niż inne dla tego przypadku.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_language_is_told_by_its_function_words(language):
    assert languages([SENTENCES[language]] * 3) == (language,)


def test_texts_in_two_languages_leave_out_the_words_of_both_and_a_stray_one_changes_nothing():
    mixed = [SENTENCES["German"]] * 5 + [SENTENCES["French"]] * 4
    assert languages(mixed) == ("German", "French")
    assert {"und", "les"} <= stop_words(languages(mixed))
    assert languages([SENTENCES["English"]] * 30 + [SENTENCES["Dutch"]]) == ("English",)
    assert languages(["robot arm", "42", ""]) == ("English",)


@pytest.mark.parametrize("language", [name for name in SENTENCES if name != "English"])
def test_topics_are_not_called_by_function_words(tmp_path, language):
    store = Store(tmp_path / "cache")
    sentence = SENTENCES[language].replace(".", "")
    rows = [(f"{sentence} {'robot' if n % 2 else 'galaxy'} nr{n}", "a") for n in range(20)]
    dataset = add_dataset(store, write_csv(tmp_path / "t.csv", rows), label="label")
    artifact = run(WordsSpec(dataset=dataset.key), store=store)
    assert artifact.facts["languages"] == [language]
    words = load_words(artifact)
    assert not set(words.vocabulary) & stop_words([language])
    sides = (np.arange(20) % 2).astype(np.int32)
    weights = weights_of(words, sides, np.array([0, 1], dtype=np.int32))
    for ranked, own in zip(
        topic_words(weights, words.vocabulary), ("galaxy", "robot"), strict=True
    ):
        assert ranked[0][0] == own


def test_lists_of_function_words_are_words_that_texts_give():
    for language in SENTENCES:
        for word in stop_words([language]) | usual_words():
            if len(word) > 1:  # scikit-learn's has single letters, which are never counted
                assert words_in(word) == [word], f"{word} is never found in a text"


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, -1.0]), max_size=30), st.integers(1, 8))
def test_the_best_places_are_the_first_of_a_stable_order(row, most):
    weights = np.array(row, dtype=np.float32)
    places = np.argsort(-weights, kind="stable")[:most]
    np.testing.assert_array_equal(best_places(weights, most), places[weights[places] > 0])


def test_a_word_said_300_times_is_no_shorter_than_one_said_once():
    counts = csr_matrix(np.array([[300, 0], [0, 0], [3, 4]], dtype=np.uint16))
    words = Words(counts, ["loud", "soft"])
    np.testing.assert_allclose(words.lengths, [300, 0, 5])
    weights = np.array([[1, 0]], dtype=np.float32)
    zeros, ids = np.zeros(3, dtype=np.int32), np.zeros(1, dtype=np.int32)
    assert representative(words, weights, zeros, ids)[0][0] == 0


def reader(asked: list[str]):
    """An encoder that writes down what it is asked for."""

    def encode(phrases):
        asked.extend(phrases)
        rows = [np.random.default_rng(len(p)).normal(size=8) for p in phrases]
        return np.stack(rows).astype(np.float32)

    return encode


def test_a_phrase_is_read_once_and_is_the_same_after_it_was_kept(tmp_path):
    asked: list[str] = []
    meanings = Meanings(lambda: reader(asked))
    first = meanings(["a", "bb", "a"])
    meanings(["bb"])
    assert asked == ["a", "bb"]
    assert meanings.fresh
    meanings.save(tmp_path / "phrases.safetensors")
    assert not meanings.fresh

    def gone():
        raise InputError("The encoder is gone.")

    again = Meanings(gone, kept_in(tmp_path / "phrases.safetensors", tmp_path / "none"))
    np.testing.assert_array_equal(again(["a", "bb", "a"]), first)
    with pytest.raises(InputError, match="gone"):
        again(["ccc"])
    assert [path.name for path in tmp_path.iterdir()] == ["phrases.safetensors"]


def test_nothing_to_read_is_kept_as_nothing(tmp_path):
    meanings = Meanings(lambda: reader([]))
    meanings.learn([])
    meanings.save(tmp_path / "p.safetensors")
    assert kept_in(tmp_path / "p.safetensors") == {}


def test_what_a_merge_needs_is_read_beforehand():
    rng = np.random.default_rng(0)
    vocabulary = [f"w{i}" for i in range(500)]
    words = Words(csr_matrix(rng.poisson(0.2, (200, 500)).astype(np.uint16)), vocabulary)
    four = rng.integers(0, 4, 200).astype(np.int32)
    weights = weights_of(words, four, np.arange(4, dtype=np.int32))
    known = set(likely_words(words, weights, finer=rng.integers(0, 9, 200).astype(np.int32)))
    assert len(known) < 500
    assert set(likely_words(words, weights)) <= known
    for topic in weights:
        assert {vocabulary[i] for i in best_places(topic, 40)} <= known
    assert likely_words(words, weights, cheap=True) == vocabulary
