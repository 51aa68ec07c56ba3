"""Live answers: the classifier's own, their words and sentences, and a sense of the strange."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.classify.classifier import load_classifier
from engine.classify.live.classifier import export_needed, load_live
from engine.classify.live.explain import weigh_sentences, weigh_words
from engine.classify.live.familiar import USUAL, learn_familiar, open_familiar
from engine.classify.live.language import foreign
from engine.classify.spec import TrainSpec
from engine.data.pieces import sentences, words
from engine.errors import InputError
from engine.settings import ROOT
from engine.work import run
from tests.classify.conftest import labelled_texts

TEXTS = [text for text, _ in labelled_texts(20, seed=5)] + ["", "goal", "bank oil " * 200]


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A quick classifier on the default encoder."""
    from engine.store import Store
    from tests.classify.conftest import add_dataset, write_csv

    folder = tmp_path_factory.mktemp("live")
    store = Store(folder / "cache")
    dataset = add_dataset(store, write_csv(folder / "news.csv", labelled_texts(120)))
    return run(TrainSpec(dataset=dataset.key), store=store)


@pytest.fixture(scope="module")
def live(quick):
    assert export_needed(quick) is None
    return load_live(quick.path)


def test_it_answers_as_the_classifier_does(quick, live):
    wanted = load_classifier(quick.path, device="cpu")
    found = live.probabilities(TEXTS)
    np.testing.assert_allclose(found, wanted.probabilities(TEXTS), atol=1e-4)
    for text, shares in zip(TEXTS, found, strict=True):
        said = live.answer(text)
        assert said.label == live.labels[int(shares.argmax())]
        assert sum(share for _, share in said.shares) == pytest.approx(1, abs=1e-5)
    assert live.answer("bank oil " * 200).cut
    assert not live.answer("bank oil").cut


def test_another_encoder_is_exported_first(encoder_folder, dataset, store):
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    spec = export_needed(model)
    assert spec is not None
    exported = run(spec, store=store)
    live = load_live(model.path, exported.path)
    wanted = load_classifier(model.path, device="cpu").probabilities(TEXTS)
    np.testing.assert_allclose(live.probabilities(TEXTS), wanted, atol=1e-4)
    from tests.tiny import make_tiny_encoder

    make_tiny_encoder(store.root / "other", seed=3)
    from engine.encoder.onnx.spec import OnnxSpec

    wrong = run(OnnxSpec(encoder=str(store.root / "other")), store=store)
    with pytest.raises(InputError, match="has changed since"):
        load_live(model.path, wrong.path)


def test_a_process_that_answers_has_no_torch(quick):
    code = (
        "import sys, json\nfrom pathlib import Path\n"
        "from engine.classify.live.classifier import load_live\n"
        "from engine.classify.live.explain import weigh_sentences, weigh_words\n"
        f"live = load_live(Path({str(quick.path)!r}))\n"
        "live.answer('The match was lost. The oil price fell.')\n"
        "weigh_words(live, 'the match'), weigh_sentences(live, 'Lost. Won.')\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert not {"torch", "transformers", "sklearn"} & set(json.loads(out))


def test_a_word_weighs_what_is_lost_without_it(live):
    text = "The team won the match, and oil fell."
    found = weigh_words(live, text)
    best = live.labels.index(found.label)
    assert [text[slice(*word.span)] for word in found.words] == [w.text for w in found.words]

    def odds(one):
        logits = live.logits([one])[0].astype(np.float64)
        return logits[best] - np.logaddexp.reduce(np.delete(logits, best))

    for word in found.words:
        start, stop = word.span
        without = text[:start] + text[stop:]
        assert word.weight == pytest.approx(odds(text) - odds(without), abs=0.01)
        gained = live.probabilities([text])[0] - live.probabilities([without])[0]
        speaks_for = live.labels.index(word.towards)
        assert (speaks_for == best) == (word.weight >= 0)
        assert gained[speaks_for] > -1e-6


def test_a_long_text_is_weighed_in_pieces_and_can_be_left(live):
    text = "team won the match and oil fell " * 60
    done = []
    found = weigh_words(live, text, on_step=done.append)
    assert found.together > 1
    assert sum(len(word.text.split()) for word in found.words) == len(text.split())
    assert done == sorted(done)
    assert done[-1] == 1

    def leave(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weigh_words(live, text, on_step=leave)


def test_sentences_are_classified_alone(live):
    text = "The team won the match. The bank sold shares."
    found = weigh_sentences(live, text)
    assert [one.text for one in found] == ["The team won the match.", "The bank sold shares."]
    alone = live.probabilities([one.text for one in found])
    np.testing.assert_allclose([one.shares for one in found], alone, atol=1e-6)
    assert weigh_sentences(live, "Only one.") == []


@given(st.text(max_size=200))
def test_pieces_lie_in_the_text_in_order(text):
    for spans in (words(text), sentences(text)):
        end = 0
        for start, stop in spans:
            assert end <= start < stop <= len(text)
            end = stop
    kept = "".join(text[start:stop] for start, stop in sentences(text))
    assert "".join(kept.split()) == "".join(text.split())  # only spaces are lost


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Don't buy it, café-owner!", ["Don't", "buy", "it", "café-owner"]),
        ("Größe 3.5 «отлично»", ["Größe", "3.5", "отлично"]),
        ("我喜欢 tea", ["我", "喜", "欢", "tea"]),
        ("so good 👍🏽", ["so", "good", "👍🏽"]),
        ("... --- !!!", []),
    ],
)
def test_words_of_any_script(text, wanted):
    assert [text[start:stop] for start, stop in words(text)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It broke. I cried!", ["It broke.", "I cried!"]),
        ("Mr. Tan paid $3.50 for it. Never again.", ["Mr. Tan paid $3.50 for it.", "Never again."]),
        ("Good, e.g. the lid. \"Great!\" she said.",
         ["Good, e.g. the lid.", "\"Great!\"", "she said."]),
        ("很好。不错！", ["很好。", "不错！"]),
        ("One line\nand another", ["One line", "and another"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_of_any_script(text, wanted):
    assert [text[start:stop] for start, stop in sentences(text)] == wanted


def test_the_strange_is_far_and_the_usual_near(tmp_path):
    rng = np.random.default_rng(0)

    def cloud(n):
        targets = rng.integers(0, 3, n)
        vectors = rng.normal(size=(n, 40)) * np.linspace(2, 0.1, 40)
        vectors[np.arange(n), 37 + targets] += 4
        return vectors.astype(np.float32), targets

    familiar = learn_familiar(*cloud(3000))
    assert familiar is not None
    usual = (familiar.distances(cloud(3000)[0]) <= 1).mean()
    assert abs(usual - USUAL) < 0.015
    strange = rng.normal(size=(200, 40)).astype(np.float32) * 1.5
    assert (familiar.distances(strange) > 1).mean() > 0.95
    familiar.save(tmp_path)
    again = open_familiar(tmp_path)
    np.testing.assert_allclose(again.distances(strange), familiar.distances(strange), rtol=1e-4)
    assert open_familiar(tmp_path / "nowhere") is None


def test_a_few_texts_make_no_measure():
    vectors = np.random.default_rng(0).normal(size=(100, 8)).astype(np.float32)
    assert learn_familiar(vectors, np.zeros(100, np.int64)) is None


def test_a_language_that_was_not_learnt_is_named():
    german = "Der Tee schmeckt wunderbar und die Lieferung kam schon am nächsten Morgen an."
    english = "The tea tastes wonderful and the parcel came the very next morning."
    assert foreign(german, ["English"]) == "German"
    assert foreign(english, ["English"]) == ""
    assert foreign(german, ["English", "German"]) == ""
    assert foreign("ok", ["English"]) == ""
    assert foreign(german, []) == ""
