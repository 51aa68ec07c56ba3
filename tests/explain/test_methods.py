"""Every method on a tiny random encoder: what must hold of any text, and captum's own word."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.attr import FeatureAblation, InputXGradient, LayerIntegratedGradients
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder.packing import pack
from engine.errors import InputError
from engine.explain.methods.baseline import Baseline, baseline_kinds
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.methods.methods import METHODS, explain, method_called
from engine.explain.methods.presence import Presence
from engine.explain.methods.slopes import gradient, input_x_gradient
from engine.explain.reading import read
from engine.explain.target import Target
from tests.explain.subjects import tiny_subject
from tests.tiny import WORDS

TEXT = "the film was not very good, the tea was great"
ON_ATTENTION = [name for name in METHODS if name != "deeplift"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(" ".join)


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return tiny_subject(tmp_path_factory.mktemp("encoder"))


@pytest.mark.parametrize("name", ON_ATTENTION)
@pytest.mark.parametrize("text", [TEXT, "tea", "xyz !!!"])
def test_each_gives_one_number_a_word(subject, name, text):
    reading = read(subject, text)
    found = explain(subject, reading, Target(2), method=name)
    assert found.method == name
    assert found.scores.shape == (reading.n_words,)
    assert found.scores.dtype == np.float32
    assert np.isfinite(found.scores).all()
    assert found.value == pytest.approx(subject.scored([reading.ids], [Target(2)])[0], abs=1e-4)
    assert found.complete == METHODS[name].promises_sum
    if found.complete:
        assert abs(found.delta) <= 0.02 * abs(found.value - found.base) + 1e-4
    if not METHODS[name].signed:
        assert (found.scores >= 0).all()


@pytest.mark.parametrize("name", ON_ATTENTION)
def test_the_same_seed_gives_the_same_scores_and_torchs_own_is_left_alone(subject, name):
    reading = read(subject, TEXT)
    state = torch.random.get_rng_state()
    once, again = (explain(subject, reading, Target(1), method=name, seed=4) for _ in range(2))
    np.testing.assert_array_equal(once.scores, again.scores)
    assert torch.equal(state, torch.random.get_rng_state())
    other = explain(subject, reading, Target(1), method=name, seed=5)
    assert METHODS[name].random != np.array_equal(once.scores, other.scores)


@pytest.mark.parametrize("name", ["kernelshap", "lime", "integrated gradients", "occlusion"])
def test_two_tabs_at_once_each_get_their_own(subject, name):
    readings = [read(subject, text) for text in (TEXT, "the market fell last week")] * 2

    def run(reading):
        return explain(subject, reading, Target(0), method=name, seed=1).scores

    alone = [run(reading) for reading in readings]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, readings))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@settings(max_examples=5, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_longer_batch_changes_nothing(subject, texts):
    readings = [read(subject, text) for text in texts]
    targets = [Target(place % 3) for place in range(len(readings))]
    for method in (input_x_gradient, gradient, integrated_gradients):
        alone = method(subject, readings, targets)
        twice = method(subject, readings * 2, targets * 2)
        for one, other in zip(alone * 2, twice, strict=True):
            np.testing.assert_allclose(one.scores, other.scores, rtol=1e-3, atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(text=TEXTS, kind=st.sampled_from(["pad", "mask", "zero"]))
def test_integrated_gradients_sum_to_what_the_baseline_leaves(subject, text, kind):
    reading = read(subject, text)
    found = explain(subject, reading, Target(0), baseline=Baseline(kind))
    told = abs(found.delta) <= 0.02 * abs(found.value - found.base) + 1e-4
    assert told or found.steps > 128
    assert found.scores.sum() + found.rest - found.delta == pytest.approx(
        found.value - found.base, abs=1e-4
    )


def test_integrated_gradients_are_captums_at_the_same_steps(subject):
    reading, target = read(subject, TEXT), Target(2)
    model = subject.encoder.model
    baseline = np.where(reading.owner >= 0, subject.special_tokens["mask"], reading.ids)

    def forward(ids):
        rows = list(ids.numpy().astype(np.int32))
        return subject.scores(subject.outputs(pack(rows)), [target] * len(rows))

    with subject.lock:
        embeddings = model.get_input_embeddings()
        peer = LayerIntegratedGradients(forward, embeddings)
        theirs = peer.attribute(
            torch.from_numpy(reading.ids.astype(np.int64)).unsqueeze(0),
            torch.from_numpy(baseline.astype(np.int64)).unsqueeze(0),
            n_steps=20,
            internal_batch_size=1,
        )
    ours = integrated_gradients(
        subject, [reading], [target], baseline=Baseline("mask"), steps=20, most=20, plain=True
    )[0]
    tokens = theirs.sum(dim=-1).reshape(-1).detach().numpy()
    np.testing.assert_allclose(ours.scores, reading.by_word(tokens), atol=1e-4)


def test_input_x_gradient_is_captums(subject):
    reading, target = read(subject, TEXT), Target(1, 0)
    batch = pack([reading.ids])
    peer = InputXGradient(lambda e: subject.scores(subject.outputs(batch, e[0]), [target]))
    theirs = peer.attribute(subject.embed(reading.ids).unsqueeze(0).requires_grad_())
    tokens = theirs[0].sum(dim=-1).detach().numpy()
    ours = input_x_gradient(subject, [reading], [target])[0]
    np.testing.assert_allclose(ours.scores, reading.by_word(tokens), atol=1e-4)
    assert ours.rest == pytest.approx(tokens[reading.owner < 0].sum(), abs=1e-4)


@pytest.mark.parametrize("instead", [None, Baseline("mask")])
def test_occlusion_is_captums_ablation(subject, instead):
    reading, target = read(subject, TEXT), Target(2)
    presence = Presence(subject, reading, target, instead)
    theirs = FeatureAblation(presence.tensor).attribute(torch.ones(1, reading.n_words))
    name = "masking" if instead else "occlusion"
    ours = explain(subject, reading, target, method=name).scores
    np.testing.assert_allclose(ours, theirs[0].numpy(), atol=1e-5)


def test_a_word_that_is_masked_already_gets_nothing_by_masking(subject):
    reading = read(subject, "good [MASK] film")
    (place,) = (place for place, word in enumerate(reading.words) if "MASK" in word.upper())
    assert explain(subject, reading, Target(0), method="masking").scores[place] == 0


def test_what_stands_instead_is_the_same_by_ids_and_by_embeddings(subject):
    reading = read(subject, TEXT)
    mask = Presence(subject, reading, Target(0), Baseline("mask"))
    neutral = Presence(subject, reading, Target(0), Baseline("text", "[MASK]"))
    there = np.random.default_rng(0).random((6, reading.n_words)) < 0.5
    np.testing.assert_allclose(mask(there), neutral(there), atol=1e-5)


def test_no_text_is_asked_twice(subject, monkeypatch):
    presence = Presence(subject, read(subject, TEXT), Target(0))
    there = np.eye(presence.reading.n_words, dtype=bool)
    first = presence(np.vstack([there, there]))
    monkeypatch.setattr(type(subject), "scored", lambda *_: pytest.fail("asked again"))
    np.testing.assert_array_equal(presence(there), first[: len(there)])


@pytest.mark.parametrize("name", ON_ATTENTION)
def test_nothing_hangs_on_the_encoder_afterwards_even_when_it_breaks(subject, name, monkeypatch):
    reading = read(subject, TEXT)
    explain(subject, reading, Target(0), method=name)
    assert hooks(subject.encoder.model) == 0

    def broken(*_args, **_more):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(subject.encoder.model.encoder, "forward", broken)
    with pytest.raises(RuntimeError, match="out of luck"):
        explain(subject, reading, Target(0), method=name)
    assert hooks(subject.encoder.model) == 0


def hooks(module):
    """Hooks on a module and all it is made of."""
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(one, kind)) for one in module.modules() for kind in kinds)


def test_deeplift_refuses_attention_and_says_why(subject):
    with pytest.raises(InputError, match="LayerNorm"):
        explain(subject, read(subject, TEXT), Target(0, 1), method="deeplift")


def test_no_mask_token_is_said_with_the_way_out(subject):
    reading = read(subject, TEXT)
    bare = replace(subject)
    bare.__dict__["special_tokens"] = {"pad": 0}
    with pytest.raises(InputError, match="take occlusion"):
        explain(bare, reading, Target(0), method="masking")
    with pytest.raises(InputError, match="choose another baseline"):
        explain(bare, reading, Target(0), baseline=Baseline("mask"))
    assert baseline_kinds(bare) == ("pad", "zero")


def test_methods_answer_to_their_titles_and_others_are_refused():
    assert method_called("Input x Gradient").name == "input x gradient"
    assert method_called("integrated-gradients").name == "integrated gradients"
    with pytest.raises(InputError, match="choose from integrated gradients"):
        method_called("magic")
