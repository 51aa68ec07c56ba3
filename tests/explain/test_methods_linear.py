"""A bag of words under a linear reader: what each word adds is known, and every method finds it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder.draft import DraftEncoder
from engine.encoder.hub.folder import read_recipe
from engine.encoder.tokenizing.tokenizer import load_tokenizer
from engine.errors import InputError
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.methods import METHODS, explain
from engine.explain.of_classifier import linear
from engine.explain.reading import read
from engine.explain.subject import Subject
from engine.explain.target import Target
from tests.tiny import WORDS, make_tiny_encoder

WIDTH = 6
TEXT = "the film was very good, not poor"


class Bag(Subject):
    """The sum of its tokens' vectors, as it is."""

    def outputs(self, batch, embeds=None):
        embeds = self.embed(batch.ids) if embeds is None else embeds
        owner = torch.from_numpy(np.repeat(np.arange(batch.n_texts), batch.lengths))
        return self.read(embeds.new_zeros(batch.n_texts, WIDTH).index_add(0, owner, embeds))


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    folder = make_tiny_encoder(tmp_path_factory.mktemp("encoder"))
    tokenizer = load_tokenizer(read_recipe(folder))
    table = np.random.default_rng(0).normal(size=(tokenizer.vocabulary, WIDTH)).astype(np.float32)
    return DraftEncoder("draft:tiny", "", tokenizer, torch.from_numpy(table), folder)


@pytest.fixture(scope="module")
def head():
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(2, WIDTH)).astype(np.float32)
    return linear(weight, np.array([0.3, -0.2], dtype=np.float32), torch.device("cpu"))


@pytest.fixture(scope="module")
def bag(draft, head):
    return Bag(("yes", "no"), draft, head, odds=True)


def known(bag, reading, instead=None):
    """(words,) what each word adds to yes less no, compared with nothing or with a token."""
    by_token = bag.table @ (bag.read.weight[0] - bag.read.weight[1])
    values = by_token[torch.from_numpy(reading.ids.astype(np.int64))]
    values = values - (0 if instead is None else by_token[instead])
    return reading.by_word(values.numpy())


@pytest.mark.parametrize("name", ["input x gradient", "occlusion", "kernelshap"])
def test_what_words_add_is_found_exactly(bag, name):
    reading = read(bag, TEXT)
    found = explain(bag, reading, Target(0, 1), method=name)
    np.testing.assert_allclose(found.scores, known(bag, reading), atol=1e-4)


@pytest.mark.parametrize("kind", ["zero", "pad", "mask"])
def test_integrated_gradients_find_what_words_add_to_the_baseline(bag, kind):
    reading = read(bag, TEXT)
    found = explain(bag, reading, Target(0), baseline=Baseline(kind))
    instead = None if kind == "zero" else bag.special_tokens[kind]
    np.testing.assert_allclose(found.scores, known(bag, reading, instead), atol=1e-4)
    assert abs(found.delta) < 1e-4


@pytest.mark.parametrize(
    "name", ["integrated gradients", "input x gradient", "occlusion", "kernelshap", "deeplift"]
)
def test_a_word_the_model_cannot_see_gets_nothing(draft, head, name):
    table = draft.table.clone()
    table[draft.tokenizer.backend.token_to_id("film")] = 0.0
    blind = Bag(("yes", "no"), replace(draft, table=table), head, odds=True)
    reading = read(blind, TEXT)
    found = explain(blind, reading, Target(0, 1), method=name, baseline=Baseline("zero"))
    place = reading.words.index("film")
    assert found.scores[place] == pytest.approx(0, abs=1e-4)
    assert np.abs(np.delete(found.scores, place)).min() > 1e-3


def test_masking_finds_what_words_add_to_a_mask(bag):
    reading = read(bag, TEXT)
    found = explain(bag, reading, Target(0), method="masking")
    want = known(bag, reading, bag.special_tokens["mask"])
    np.testing.assert_allclose(found.scores, want, atol=1e-4)


def test_lime_finds_the_order_and_its_penalty_only_shrinks(bag):
    reading = read(bag, TEXT)
    found, want = explain(bag, reading, Target(0), method="lime").scores, known(bag, reading)
    assert np.corrcoef(found, want)[0, 1] > 0.98
    assert np.abs(found).sum() < np.abs(want).sum()


@settings(max_examples=25, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), of=st.sampled_from([0, 1]))
def test_kernelshap_shares_out_all_of_it(bag, words, of):
    found = explain(bag, read(bag, " ".join(words)), Target(of), method="kernelshap")
    assert found.complete
    assert found.scores.sum() == pytest.approx(found.value - found.base, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
@pytest.mark.parametrize("hidden", [None, torch.nn.ReLU, torch.nn.Tanh, torch.nn.GELU])
def test_deeplift_sums_to_the_answer_of_a_draft(draft, head, hidden, words):
    rng = np.random.default_rng(2)
    before = linear(rng.normal(size=(WIDTH, WIDTH)), rng.normal(size=WIDTH), torch.device("cpu"))
    layers = [head] if hidden is None else [before, hidden(), head]
    subject = Subject(("yes", "no"), draft, torch.nn.Sequential(*layers), odds=True)
    reading = read(subject, " ".join(words))
    found = explain(subject, reading, Target(1, 0), method="deeplift")
    assert found.value == pytest.approx(subject.scored([reading.ids], [Target(1, 0)])[0], abs=1e-4)
    assert abs(found.delta) < 1e-3


def test_deeplift_of_a_linear_head_is_what_the_vectors_add(draft, head):
    subject = Subject(("yes", "no"), draft, head, odds=True)
    reading = read(subject, TEXT)
    length = subject.embed(reading.ids).sum(dim=0).norm().item()
    found = explain(subject, reading, Target(0, 1), method="deeplift")
    np.testing.assert_allclose(found.scores, known(subject, reading) / length, atol=1e-5)


def test_deeplift_refuses_what_it_has_no_rule_for(draft, head):
    reading = read(Subject(("yes", "no"), draft, head, odds=True), TEXT)
    for subject, target, said in (
        (Subject(("yes", "no"), draft, head.forward, odds=True), Target(0, 1), "no rule"),
        (Subject(("yes", "no"), draft, torch.nn.Sequential(head, torch.nn.Softmax(1)), odds=True),
         Target(0, 1), "no rule"),
        (Subject(("yes", "no"), draft, head, odds=True), Target(0), "against another"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            explain(subject, reading, target, method="deeplift")


def test_deeplift_takes_its_hooks_with_it_when_it_breaks(draft, head):
    class Broken(torch.nn.Tanh):
        def forward(self, given):
            if given.requires_grad:
                raise RuntimeError("out of luck")
            return super().forward(given)

    before = linear(np.eye(WIDTH), np.zeros(WIDTH), torch.device("cpu"))
    read_by = torch.nn.Sequential(before, Broken(), head)
    subject = Subject(("yes", "no"), draft, read_by, odds=True)
    with pytest.raises(RuntimeError, match="out of luck"):
        explain(subject, read(subject, TEXT), Target(0, 1), method="deeplift")
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    assert not any(getattr(one, kind) for one in read_by.modules() for kind in kinds)


def test_methods_are_described_and_told_apart():
    assert len({one.title for one in METHODS.values()}) == len(METHODS)
    assert all(one.help.endswith(".") and name == one.name for name, one in METHODS.items())
