"""Training texts behind an answer: influence is Captum's, and cosine is cosine."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.classify.head import LinearHead
from engine.explain.what_if.nearest import influence, nearest


def _arrays(seed, n=40, width=6, k=3):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, width)).astype(np.float32)
    targets = rng.integers(0, k, n)
    weight, bias = rng.normal(size=(k, width)).astype(np.float32), rng.normal(size=k)
    return vectors, targets, LinearHead(weight, bias.astype(np.float32), temperature=2.5), rng


def _values(found, n):
    values = np.zeros(n, dtype=np.float32)
    for ranked in (found.proponents, found.opponents):
        values[ranked.places] = ranked.values
    return values


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_influence_is_what_captum_computes_of_the_last_layer(seed, tmp_path_factory):
    from captum.influence import TracInCPFast
    from torch.utils.data import TensorDataset

    vectors, targets, head, rng = _arrays(seed)
    vector, target = rng.normal(size=6).astype(np.float32), 1
    model = torch.nn.Sequential(torch.nn.Linear(6, 3))
    with torch.no_grad():
        model[0].weight.copy_(torch.from_numpy(head.weight))
        model[0].bias.copy_(torch.from_numpy(head.bias))
    tracin = TracInCPFast(
        model,
        model[0],
        TensorDataset(torch.from_numpy(vectors), torch.from_numpy(targets)),
        checkpoints=["now"],
        checkpoints_load_func=lambda *_: 1.0,
        loss_fn=torch.nn.CrossEntropyLoss(reduction="sum"),
        batch_size=len(vectors),
    )
    theirs = tracin.influence((torch.from_numpy(vector[None]), torch.tensor([target])))[0]
    ours = influence(vectors, targets, vector, target, head, np.arange(40), most=40)
    np.testing.assert_allclose(_values(ours, 40), theirs.detach().numpy(), atol=1e-4, rtol=1e-4)
    assert (ours.proponents.values > 0).all()
    assert (ours.opponents.values < 0).all()
    assert list(ours.opponents.values) == sorted(ours.opponents.values)


def test_influence_is_the_product_of_the_gradients_of_the_losses():
    vectors, targets, head, rng = _arrays(3)
    vector = rng.normal(size=6).astype(np.float32)

    def slope(one, target):
        weight = torch.tensor(head.weight, requires_grad=True)
        logits = torch.from_numpy(one) @ weight.T + torch.from_numpy(head.bias)
        loss = torch.nn.functional.cross_entropy(logits[None], torch.tensor([target]))
        return torch.autograd.grad(loss, weight)[0]

    mine = slope(vector, 2)
    expected = [float((mine * slope(v, int(t))).sum()) for v, t in zip(vectors, targets,
                                                                       strict=True)]  # fmt: skip
    found = influence(vectors, targets, vector, 2, head, np.arange(40), most=40)
    np.testing.assert_allclose(_values(found, 40), expected, atol=1e-5)


def test_a_step_on_a_proponent_makes_the_answer_likelier():
    vectors, targets, head, rng = _arrays(5)
    vector = rng.normal(size=6).astype(np.float32)
    found = influence(vectors, targets, vector, 0, head, np.arange(40), most=3)
    plain = LinearHead(head.weight, head.bias)
    before = plain.probabilities(vector[None])[0, 0]
    for ranked, sign in ((found.proponents, 1), (found.opponents, -1)):
        for place in ranked.places:
            error = plain.probabilities(vectors[[place]])[0]
            error[targets[place]] -= 1
            stepped = LinearHead(head.weight - 0.01 * np.outer(error, vectors[place]), head.bias)
            assert sign * (stepped.probabilities(vector[None])[0, 0] - before) > 0


def test_texts_without_a_category_the_head_knows_are_left_out():
    vectors, targets, head, _ = _arrays(7)
    targets[::2] = -1
    found = influence(vectors, targets, vectors[1], 0, head, np.arange(40), most=40)
    assert set(found.proponents.places) | set(found.opponents.places) <= set(range(1, 40, 2))


@pytest.mark.parametrize("blocks", [4, 1000])
def test_the_nearest_have_the_largest_cosine(monkeypatch, blocks):
    monkeypatch.setattr("engine.explain.what_if.nearest._BLOCK", blocks)
    vectors, _, _, rng = _arrays(9)
    vector = rng.normal(size=6).astype(np.float32)
    places = np.arange(0, 40, 3)
    found = nearest(vectors, vector, places, most=5)
    cosines = vectors @ vector / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vector)
    expected = sorted(places, key=lambda place: -cosines[place])[:5]
    assert found.places.tolist() == expected
    np.testing.assert_allclose(found.values, cosines[expected], atol=1e-6)
