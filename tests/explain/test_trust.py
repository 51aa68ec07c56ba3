"""Figures of trust: what must hold of them, that a true explanation passes and a random one not."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.methods import explain
from engine.explain.methods.presence import Presence
from engine.explain.reading import read
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.explain.trust.chance import ORDERS, chance
from engine.explain.trust.compare import compare, recommended
from engine.explain.trust.erasing import BINS, SHARES, Erased, erased
from engine.explain.trust.infidelity import chance_infidelity, infidelity
from engine.explain.trust.trust import trust
from engine.explain.trust.verdict import limit, verdict
from tests.explain.subjects import tiny_subject
from tests.tiny import WORDS

TEXT = "the film was not very good but the tea was great and the people of the city won last year"


FIRST = Target(0)


class Planted(Subject):
    """Answers by two of its words alone: "good" speaks for the first category, "bad" against it."""

    def outputs(self, batch, embeds=None):
        by_token = torch.zeros(len(self.table))
        for word, weight in (("good", 3.0), ("bad", -3.0)):
            by_token[self.encoder.tokenizer.backend.token_to_id(word)] = weight
        if embeds is None:
            values = by_token[torch.from_numpy(batch.ids.astype(np.int64))]
        else:  # a token's weight is read off its embedding, so that gradients have a way
            values = embeds @ torch.linalg.pinv(self.table) @ by_token
        owner = torch.from_numpy(np.repeat(np.arange(batch.n_texts), batch.lengths))
        total = torch.zeros(batch.n_texts).index_add(0, owner, values)
        return torch.stack([total, -total], dim=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("encoder")


@pytest.fixture(scope="module")
def subject(folder):
    return tiny_subject(folder)


@pytest.fixture(scope="module")
def planted(subject):
    return Planted(("yes", "no"), subject.encoder, subject.read, odds=True)


def scored(subject, reading, scores, target=FIRST, **more):
    """An attribution with these scores, by hand."""
    value = float(subject.scored([reading.ids], [target])[0])
    scores = np.asarray(scores, dtype=np.float32)
    return Attribution("by hand", reading, target, scores, value=value, **more)


def test_the_word_that_decides_is_believed_and_the_others_are_not(planted):
    reading = read(planted, TEXT)
    truth = np.array([word == "good" for word in reading.words], dtype=float)
    found = trust(planted, scored(planted, reading, truth))
    assert found.believable
    assert "Better than chance" in found.why
    assert found.comprehensiveness > 0.45
    assert found.sufficiency == pytest.approx(0, abs=1e-6)
    assert found.infidelity == pytest.approx(0, abs=1e-5)
    assert found.chance_infidelity > 0.3
    wrong = trust(planted, scored(planted, reading, -truth))
    assert not wrong.believable
    assert "No better than chance" in wrong.why
    assert wrong.comprehensiveness < found.chance_comprehensiveness


def test_random_orders_seldom_pass(subject):
    rng = np.random.default_rng(0)
    reading = read(subject, " ".join(rng.choice(WORDS, 20)))
    orders = np.stack([rng.permutation(reading.n_words) for _ in range(250)])
    gaps = erased(Presence(subject, reading, FIRST), orders).gap
    passed = [gaps[0] > limit(gaps[1:]) for gaps in _groups(gaps, rng)]
    assert np.mean(passed) < 0.1


def _groups(gaps, rng):
    """One order against as many others as chance has, many times."""
    return [rng.permutation(gaps)[: ORDERS + 1] for _ in range(2000)]


def test_scores_that_miss_the_sum_they_promise_are_not_believed(planted):
    reading = read(planted, TEXT)
    truth = np.array([6.0 if word == "good" else 0 for word in reading.words])
    kept = trust(planted, scored(planted, reading, truth, base=0.0, complete=True))
    assert kept.believable
    assert kept.relative_delta == pytest.approx(0, abs=1e-6)
    broken = trust(planted, scored(planted, reading, truth / 2, base=0.0, complete=True))
    assert not broken.believable
    assert "50% of it is missing" in broken.why


def test_a_single_word_cannot_be_told_from_chance(planted):
    for text in ("good", "very good", "a good film"):
        reading = read(planted, text)
        found = trust(planted, scored(planted, reading, [word == "good" for word in text.split()]))
        assert not found.believable
        assert "too few words" in found.why


def test_where_it_makes_no_difference_which_words_go_it_is_said(planted):
    for text in ("the film of the year", "good good good good good"):
        reading = read(planted, text)
        found = trust(planted, scored(planted, reading, np.arange(5)))
        assert not found.believable
        assert "no difference which words go" in found.why


@pytest.mark.parametrize(
    ("gained", "said"), [(0.9, "Better"), (0.3, "Not clearly better"), (0.1, "No better")]
)
def test_better_than_the_mean_of_chance_is_not_yet_better_than_chance(planted, gained, said):
    def lost(each):
        left = np.zeros((len(each), len(SHARES)), dtype=np.float32)
        return Erased(taken_out=left + np.array([[1.0, *[0.0] * (len(SHARES) - 1)]]) * each,
                      left_in=left)  # fmt: skip

    chances = lost(np.array([[0.1], [0.2], [0.3], [0.1], [0.2], [0.3], [0.2], [0.2]]))
    made = scored(planted, read(planted, TEXT), np.zeros(len(TEXT.split())))
    believable, why = verdict(made, lost(np.array([[gained]])), chances, odds=True, bound=0.02)
    assert why.startswith(f"{said} than chance")
    assert believable == (said == "Better")
    assert "keeping only them nothing" in why


def test_aopc_is_the_mean_over_the_bins(planted):
    reading = read(planted, TEXT)
    order = np.arange(reading.n_words)
    found = erased(Presence(planted, reading, Target(0)), order[None])
    whole, empty = (
        float(planted.share(planted.scored([ids], [Target(0)]))[0])
        for ids in (reading.ids, reading.without(np.ones(reading.n_words, dtype=bool)))
    )
    out, left = [], []
    for share in BINS:
        first = order < max(1, math.ceil(share * reading.n_words))
        for kept, curve in ((~first, out), (first, left)):
            answer = planted.scored([reading.without(~kept)], [Target(0)])
            curve.append(float(planted.share(answer)[0]))
    assert found.comprehensiveness[0] == pytest.approx(whole - np.mean(out), abs=1e-6)
    assert found.sufficiency[0] == pytest.approx(whole - np.mean(left), abs=1e-6)
    assert found.taken_out[0, [0, -1]] == pytest.approx([whole, empty], abs=1e-6)
    assert found.left_in[0, [0, -1]] == pytest.approx([empty, whole], abs=1e-6)


@settings(max_examples=6, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=15), factor=st.floats(0.1, 10))
def test_only_the_order_and_the_shape_of_scores_count(subject, words, factor):
    reading = read(subject, " ".join(words))
    scores = np.random.default_rng(len(words)).normal(size=reading.n_words)
    beside = chance(subject, reading, Target(1))
    one, other = (
        trust(subject, scored(subject, reading, values, Target(1)), beside=beside)
        for values in (scores, factor * scores)
    )
    assert one.comprehensiveness == other.comprehensiveness
    assert one.infidelity == pytest.approx(other.infidelity, abs=1e-3)
    assert 0 <= one.infidelity <= 1
    assert 0 <= one.chance_infidelity <= 1
    assert one.taken_out.shares == one.left_in.shares == SHARES


def test_infidelity_is_one_where_nothing_is_foretold(planted):
    reading = read(planted, TEXT)
    control = chance(planted, reading, Target(0))
    nothing = np.array([word == "tea" for word in reading.words], dtype=np.float32)
    truth = np.array([word == "good" for word in reading.words], dtype=np.float32)
    assert infidelity(control, truth) < 1e-5 < infidelity(control, nothing)
    assert chance_infidelity(control, truth) > infidelity(control, truth)
    assert infidelity(control, np.zeros_like(truth)) == 1.0
    flat = chance(planted, read(planted, "the film of the year"), Target(0))
    assert infidelity(flat, np.ones(5, dtype=np.float32)) == 1.0


def test_chance_is_asked_once_for_all_methods(subject):
    reading = read(subject, TEXT)
    beside = chance(subject, reading, Target(0), seed=3)
    attribution = explain(subject, reading, Target(0), method="occlusion")
    alone = trust(subject, attribution, seed=3)
    assert trust(subject, attribution, beside=beside) == alone
    assert len(beside.random.gap) == ORDERS
    assert trust(subject, attribution, seed=4) != alone


def test_other_baselines_are_asked_of_methods_that_have_one(subject):
    reading = read(subject, TEXT)
    found = explain(subject, reading, Target(0), baseline=Baseline("mask"))
    agreement = trust(subject, found, baseline=Baseline("mask")).agreement
    assert set(agreement) == {"pad", "zero"}
    assert all(-1 <= value <= 1 for value in agreement.values())
    assert not trust(subject, explain(subject, reading, Target(0), method="lime")).agreement


def test_the_limit_is_passed_once_in_twenty():
    rng = np.random.default_rng(0)
    above = [rng.normal() > limit(rng.normal(size=ORDERS)) for _ in range(4000)]
    assert np.mean(above) == pytest.approx(0.05, abs=0.012)


def test_methods_side_by_side(planted):
    reading = read(planted, TEXT)
    found = compare(planted, reading, Target(0, 1), methods=["occlusion", "random", "deeplift"])
    assert found.names == ("occlusion", "random")
    assert "LayerNorm" in found.refused["deeplift"]
    assert found.correlation.shape == (2, 2)
    np.testing.assert_allclose(np.diag(found.correlation), 1)
    assert found.best == "occlusion"
    assert "Occlusion is the truest here" in found.why
    assert not found.trusts[1].believable


def test_the_control_is_never_recommended_nor_what_is_not_believed(planted):
    reading = read(planted, TEXT)
    truth = np.array([word == "good" for word in reading.words], dtype=float)
    good = trust(planted, scored(planted, reading, truth))
    poor = trust(planted, scored(planted, reading, -truth))
    assert recommended(["random", "lime"], [good, poor])[0] == ""
    best, why = recommended(["lime", "occlusion", "random"], [poor, good, good])
    assert best == "occlusion"
    assert why.endswith(".")


def test_nothing_to_compare_is_said(planted):
    reading = read(planted, TEXT)
    with pytest.raises(InputError, match="at least one method"):
        compare(planted, reading, Target(0), methods=[])
    with pytest.raises(InputError, match="LayerNorm"):
        compare(planted, reading, Target(0), methods=["deeplift"])
