"""The gradient is that of the whole batch, however it is packed, parted, shared or remembered."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.encoder.packing import pack
from engine.errors import InputError
from engine.progress import SILENT
from engine.together.group import ALONE
from engine.tuning.dropout import Dropouts
from engine.tuning.loop import prepare
from engine.tuning.network import Network
from engine.tuning.optimizer import make_optimizer
from engine.tuning.plan import deal, parts
from engine.tuning.recall import Recall
from engine.tuning.settings import Tuning
from engine.tuning.step import Stepper
from tests.tiny import make_tiny_encoder
from tests.tuning.conftest import load, make_lesson, quiet

BATCH = np.arange(17)


def stepper_for(folder, settings=None, *, accumulate=1, threads=False, recalls=0):
    settings = settings or Tuning()
    encoder = load(folder)
    lesson = make_lesson(encoder)
    network = prepare(encoder, lesson, settings)
    recall = None
    if recalls:
        recall = Recall(encoder, lesson.tokens, recalls)
    dropouts = Dropouts(network) if threads else None
    return Stepper(
        encoder, network, make_optimizer(network, settings), lesson, settings, ALONE, recall,
        SILENT, accumulate, dropouts,
    )  # fmt: skip


def gradients(stepper):
    loss = stepper.gradient(BATCH, 3)
    found = {n: p.grad.clone() for n, p in stepper.network.named_parameters() if p.grad is not None}
    assert len(found) > 3
    return {"loss": loss, **found}


def assert_equal(one, other, tolerance=1e-5):
    assert one.keys() == other.keys()
    for name, value in one.items():
        scale = value.abs().max().clamp(min=1e-4)
        assert (value - other[name]).abs().max() / scale < tolerance, name


@pytest.mark.parametrize("accumulate", [2, 5, 17, 40])
@pytest.mark.parametrize("threads", [False, True])
def test_parts_give_the_gradient_of_the_whole(folder, accumulate, threads):
    for settings in (Tuning(), Tuning(loss="focal")):
        whole = gradients(stepper_for(folder, settings))
        parted = stepper_for(folder, settings, accumulate=accumulate, threads=threads)
        assert_equal(whole, gradients(parted))


def test_focal_without_its_power_is_cross_entropy(folder):
    plain = gradients(stepper_for(folder))
    assert_equal(plain, gradients(stepper_for(folder, Tuning(loss="focal", focal_gamma=0.0))))


def test_a_budget_of_tokens_gives_the_gradient_of_the_whole(folder):
    stepper = stepper_for(folder, Tuning(budget=40))
    assert_equal(gradients(stepper_for(folder)), gradients(stepper))


@pytest.mark.parametrize("loss", ["cross_entropy", "focal"])
def test_the_loss_is_that_of_padded_eager_and_so_are_the_gradients(folder, loss):
    from transformers import AutoModel

    ours = stepper_for(folder, Tuning(loss=loss, focal_gamma=1.5))
    found = gradients(ours)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    tokens = ours.lesson.tokens
    longest = int(tokens.lengths[BATCH].max())
    ids = torch.zeros(len(BATCH), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i in BATCH:
        ids[i, : len(tokens[i])] = torch.from_numpy(tokens[i]).long()
        mask[i, : len(tokens[i])] = 1
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state * mask[..., None]
    vectors = torch.nn.functional.normalize(hidden.sum(1) / mask.sum(1, keepdim=True))
    head = ours.network.head
    logits = vectors @ head.weight.T + head.bias
    right = torch.from_numpy(ours.lesson.targets[BATCH])
    p = torch.softmax(logits, dim=1)[torch.arange(len(BATCH)), right]
    counts = torch.from_numpy(ours.lesson.counts[BATCH])
    focus = (1 - p) ** 1.5 if loss == "focal" else 1
    loss = (counts * focus * -p.log()).sum() / counts.sum()
    loss.backward()
    theirs = {f"encoder.{n}": p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert_equal({"loss": loss.detach(), **theirs}, {n: found[n] for n in ("loss", *theirs)}, 1e-4)


@pytest.mark.parametrize("family", ["bert", "modernbert", "eurobert", "nomic_bert"])
def test_checkpointing_changes_no_gradient(family, tmp_path):
    folder = quiet(make_tiny_encoder(tmp_path / family, family))
    plain = gradients(stepper_for(folder))
    assert_equal(plain, gradients(stepper_for(folder, Tuning(gradient_checkpointing=True))))


def test_checkpointing_draws_the_same_dropout_again(dropping):
    plain, kept = (
        gradients(stepper_for(dropping, Tuning(gradient_checkpointing=on))) for on in (False, True)
    )
    assert_equal(plain, kept)


@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "modernbert", "nomic_bert",
                                    "jina_embeddings_v3", "eurobert"])  # fmt: skip
@pytest.mark.parametrize("adapter", ["none", "lora"])
def test_what_is_remembered_gives_the_same_gradients(family, adapter, tmp_path):
    folder = make_tiny_encoder(tmp_path / family, family)
    settings = Tuning(frozen_layers=1, adapter=adapter)
    plain = stepper_for(folder, settings, threads=True)
    reminded = stepper_for(folder, settings, threads=True, recalls=1)
    reminded.recall.fill(BATCH, tmp_path / "recall", SILENT)
    ours = gradients(plain)
    assert not any("embeddings" in name or ".0." in name for name in ours)
    assert_equal(ours, gradients(reminded), 1e-4)
    # and without being asked to remember, the encoder is whole again
    vectors = reminded.encoder.encode(["rain over the city"])
    assert np.abs(vectors - load(folder).encode(["rain over the city"])).max() < 1e-6


def test_dropout_follows_from_the_step_whatever_the_threads_do(dropping):
    first, again = (gradients(stepper_for(dropping, accumulate=4, threads=True)) for _ in "12")
    assert all(torch.equal(first[name], again[name]) for name in first)
    stepper = stepper_for(dropping, accumulate=4, threads=True)
    stepper.gradient(BATCH, 4)
    assert not torch.equal(first["head.weight"], stepper.network.head.weight.grad)


def test_dropout_keeps_the_mean_and_drops_its_share():
    layer = torch.nn.Dropout(0.1)
    dropouts = Dropouts(layer)
    with dropouts.seeded(1, 2):
        out = layer(torch.ones(200_000))
    assert float((out == 0).float().mean()) == pytest.approx(0.1, abs=0.005)
    assert float(out.mean()) == pytest.approx(1, abs=0.01)
    layer.eval()
    assert torch.equal(layer(torch.ones(3)), torch.ones(3))


def test_out_of_memory_halves_the_parts_and_repeats_the_step(dropping, monkeypatch):
    stepper = stepper_for(dropping, accumulate=1)
    notes = []
    monkeypatch.setattr(SILENT.__class__, "note", lambda self, sentence: notes.append(sentence))
    plain = stepper._loss

    def short_of_memory(part, total):
        if len(part) > 5:
            raise torch.OutOfMemoryError
        return plain(part, total)

    stepper._loss = short_of_memory
    found = gradients(stepper)
    assert stepper.accumulate >= 4
    assert len(notes) >= 2
    expected = gradients(stepper_for(dropping, accumulate=stepper.accumulate))
    assert all(torch.equal(found[name], expected[name]) for name in found)


def test_a_single_text_too_many_is_a_sentence(dropping):
    stepper = stepper_for(dropping)

    def no_memory(part, total):
        raise torch.OutOfMemoryError

    stepper._loss = no_memory
    with pytest.raises(InputError, match="One text at a time"):
        stepper.gradient(BATCH, 0)


@pytest.mark.parametrize("ranks", [1, 2, 3, 20])
def test_a_batch_is_dealt_out_whole_and_even(ranks):
    rng = np.random.default_rng(1)
    lengths = rng.integers(1, 100, 500)
    batch = rng.permutation(500)[:16]
    shares = deal(batch, lengths, ranks)
    assert len(shares) == ranks
    assert sorted(np.concatenate(shares)) == sorted(batch)
    loads = [int(lengths[share].sum()) for share in shares]
    assert max(loads) - min(loads) <= lengths[batch].max()


@pytest.mark.parametrize(("wanted", "budget"), [(1, 0), (3, 0), (50, 0), (1, 60), (2, 10)])
def test_parts_are_whole_never_empty_and_keep_the_order(wanted, budget):
    lengths = np.random.default_rng(2).integers(0, 50, 30)
    share = np.arange(30)[::-1].copy()
    cut = parts(share, lengths, wanted, budget)
    assert np.array_equal(np.concatenate(cut), share)
    assert all(len(part) for part in cut)
    assert len(cut) <= 30
    if not budget:
        assert len(cut) <= wanted
    assert parts(share[:0], lengths, wanted, budget) == []


def test_smoothing_and_a_task_beside_are_what_torch_says(folder):
    from dataclasses import replace

    settings = Tuning(smoothing=0.1)
    ours = stepper_for(folder, settings)
    lesson, n = ours.lesson, len(ours.lesson.targets)
    rng = np.random.default_rng(1)
    beside = rng.integers(-1, 4, n)
    beside[:4] = range(4)
    more = rng.normal(size=(4, lesson.weight.shape[1])).astype(np.float32)
    taught = replace(
        lesson,
        weight=np.concatenate([lesson.weight, more]),
        bias=np.concatenate([lesson.bias, np.zeros(4, np.float32)]),
        beside=beside,
    )
    network = Network(ours.encoder, taught.weight, taught.bias)
    found = Stepper(
        ours.encoder, network, make_optimizer(network, settings), taught, settings, ALONE, None,
        SILENT, 1, None,
    ).gradient(BATCH, 3)  # fmt: skip
    network.eval()
    with torch.no_grad():
        logits = network(pack(taught.tokens, BATCH))
    k = taught.labels
    assert k == len(lesson.bias)
    cross = torch.nn.functional.cross_entropy
    main = cross(
        logits[:, :k], torch.from_numpy(taught.targets[BATCH]), reduction="none",
        label_smoothing=0.1,
    )  # fmt: skip
    answers = torch.from_numpy(beside[BATCH])
    there = answers >= 0
    side = torch.zeros(len(BATCH))
    side[there] = cross(logits[there][:, k:], answers[there], reduction="none", label_smoothing=0.1)
    counts = torch.from_numpy(taught.counts[BATCH])
    expected = (counts * (main + side)).sum() / counts.sum()
    assert float(found) == pytest.approx(float(expected), rel=1e-5)
