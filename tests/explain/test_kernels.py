"""Flash and standard attention explain alike, and the profiler tells which of them ran."""

import numpy as np
import pytest

from engine.encoder.attention.weights import load_eager
from engine.explain.attended import attended, by_words
from engine.explain.kernels import kernel_agreement
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.ranks import rank_correlation
from engine.explain.reading import read
from engine.explain.target import Target
from tests.explain.subjects import tiny_subject

TEXT = "the film was not very good, the tea was great"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("encoder")


@pytest.mark.parametrize("family", ["bert", "modernbert", "roberta"])
def test_flash_and_eager_explain_alike(tmp_path, family):
    flash = tiny_subject(tmp_path, family, attention="sdpa_flash")
    eager = tiny_subject(tmp_path, family, attention="eager")
    found = kernel_agreement(flash, eager, read(flash, TEXT), Target(2))
    assert found.kernels == ("sdpa_flash", "eager")
    assert found.rank > 0.999
    assert found.largest < 1e-3
    assert found.flash_ran
    assert any("softmax" in op for op in found.ran[1])
    assert not any("flash" in op for op in found.ran[1])


def test_a_kernel_that_did_not_run_is_caught(folder):
    eager = tiny_subject(folder, attention="eager")
    found = kernel_agreement(eager, eager, read(eager, TEXT), Target(0))
    object.__setattr__(found, "kernels", ("sdpa_flash", "eager"))
    assert not found.flash_ran


def test_attention_weights_are_those_of_the_same_encoder(folder):
    subject = tiny_subject(folder)
    reading = read(subject, TEXT)
    weights = load_eager(subject.encoder).weights(reading.ids)
    assert weights.shape == (2, 4, len(reading.ids), len(reading.ids))
    assert np.allclose(weights.sum(axis=-1), 1, atol=1e-5)
    scores = integrated_gradients(subject, [reading], [Target(1)])[0].scores
    looked = attended(weights, reading, scores)
    assert looked.words.shape == (reading.n_words,)
    own = weights.mean(axis=(0, 1, 2))[reading.owner < 0].sum()
    assert looked.words.sum() == pytest.approx(1 - own, abs=1e-5)
    assert -1 <= looked.rank <= 1
    head = by_words(weights[0, 0], reading)
    assert head.shape == (reading.n_words, reading.n_words)
    onto_own = weights[0, 0][:, reading.owner < 0].sum(axis=1)[1]  # of the first word's only token
    assert head[0].sum() == pytest.approx(1 - onto_own, abs=1e-5)


def test_rank_correlation():
    assert rank_correlation(np.array([1.0, 2, 3]), np.array([0.0, 5, 9])) == pytest.approx(1)
    assert np.isnan(rank_correlation(np.array([1.0]), np.array([1.0])))
    assert np.isnan(rank_correlation(np.array([1.0, 2]), np.array([4.0, 4])))
