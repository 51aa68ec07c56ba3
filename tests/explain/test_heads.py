"""A classifier's head in, the differentiable one that is explained out: the same numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from engine.classify.head import LinearHead
from engine.classify.hidden_head import ACTIVATIONS, HiddenHead
from engine.explain.methods.integrated import BOUND, integrated_gradients
from engine.explain.of_classifier import reader
from engine.explain.reading import read
from engine.explain.target import Target
from tests.explain.subjects import NAMES, tiny_subject

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A tiny subject, whose reader is replaced."""
    return tiny_subject(tmp_path_factory.mktemp("encoder"))


def made(activation: str, temperature: float, *, width: int, names: int, seed: int) -> LinearHead:
    """A random head, with a hidden layer where an activation is named."""
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    if not activation:
        return LinearHead(draw(names, width), draw(names), temperature)
    return HiddenHead(
        draw(names, 7), draw(names), temperature,
        hidden_weight=draw(7, width), hidden_bias=draw(7), activation=activation,
    )  # fmt: skip


@given(
    activation=st.sampled_from(["", *ACTIVATIONS]),
    temperature=st.floats(0.2, 5),
    names=st.integers(2, 5),
    seed=st.integers(0, 99),
)
def test_its_logits_are_those_of_the_head(activation, temperature, names, seed):
    head = made(activation, temperature, width=4, names=names, seed=seed)
    vectors = np.random.default_rng(seed + 1).normal(size=(3, 4)).astype(np.float32)
    with torch.no_grad():
        found = reader(head, CPU)(torch.from_numpy(vectors)).numpy()
    assert_allclose(found, head.logits(vectors), rtol=1e-4, atol=1e-4)


@given(seed=st.integers(0, 99), temperature=st.floats(0.2, 5), names=st.integers(2, 5))
def test_the_log_odds_stand_for_the_probability_people_see(plain, seed, temperature, names):
    head = made("", temperature, width=4, names=names, seed=seed)
    vectors = np.random.default_rng(seed + 1).normal(size=(1, 4)).astype(np.float32)
    subject = replace(plain, names=(NAMES * 2)[:names], read=reader(head, CPU))
    with torch.no_grad():
        outputs = subject.read(torch.from_numpy(vectors))
    logits = head.logits(vectors)[0].astype(np.float64)
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    for place in range(names):
        share = subject.share(subject.scores(outputs, [Target(place)]).numpy())[0]
        assert share == pytest.approx(shares[place], abs=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_through_a_hidden_layer_scores_still_sum_to_the_answer(plain, activation):
    head = made(activation, 1.5, width=plain.encoder.width, names=3, seed=3)
    subject = replace(plain, read=reader(head, CPU))
    reading = read(subject, "the market rose and the bank was very good")
    (found,) = integrated_gradients(subject, [reading], [Target(1)])
    assert found.value != pytest.approx(found.base, abs=1e-3)
    assert found.relative_delta <= BOUND
