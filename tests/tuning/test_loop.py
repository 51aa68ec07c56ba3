"""A run from beginning to end: resumed equals uninterrupted, and what is kept is what was best."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.encoder.models import load_encoder
from engine.encoder.saving import save_encoder
from engine.errors import InputError
from engine.progress import _Silent
from engine.tuning import checkpoint, loop
from engine.tuning.layers import beneath
from engine.tuning.look import Verdict
from engine.tuning.loop import tune
from engine.tuning.settings import Tuning
from tests.tiny import make_tiny_encoder
from tests.tuning import runs
from tests.tuning.conftest import judge, load, make_lesson

ROOT = Path(__file__).parents[2]
WHOLE = Tuning(epochs=2, batch_size=7, learning_rate=1e-3, evaluations=2)
KINDS = {
    "whole": {},
    "parted": {"accumulate": 3},
    "frozen": {"frozen_layers": 1},
    "lora": {"adapter": "lora", "learning_rate": 1e-2, "dropout": 0.1},
    "checkpointed": {"gradient_checkpointing": True},
}


class Stops(_Silent):
    """Progress that asks to stop once `steps` of the loop were asked for."""

    def __init__(self, steps):
        self.left = steps
        self.notes = []

    @property
    def stop_requested(self):
        self.left -= 1
        return self.left < 0

    def note(self, sentence):
        self.notes.append(sentence)


def settings_of(kind):
    return Tuning(**{**asdict(WHOLE), **KINDS[kind]})


def tuned(folder, scratch, settings, progress=None):
    """The run's result, and all weights of encoder and head."""
    encoder = load(folder)
    scratch.mkdir(exist_ok=True)
    more = {"progress": progress} if progress else {}
    out = tune(encoder, make_lesson(encoder), settings, scratch=scratch, judge=judge, **more)
    weights = {name: p.detach() for name, p in encoder.model.named_parameters()}
    return out, {**weights, "head": torch.from_numpy(out.weight)}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stop", [1, 4, 9])
def test_stopped_and_resumed_equals_uninterrupted_bit_for_bit(kind, stop, dropping, tmp_path):
    whole, expected = tuned(dropping, tmp_path / "whole", settings_of(kind))
    assert whole.steps == whole.run.step == 12
    halted, _ = tuned(dropping, tmp_path / "parts", settings_of(kind), Stops(stop))
    assert halted.stopped
    assert halted.run.step == stop
    progress = Stops(10**9)
    resumed, found = tuned(dropping, tmp_path / "parts", settings_of(kind), progress)
    assert progress.notes == [f"Going on from step {stop} of 12."]
    assert resumed.run.points == whole.run.points
    assert_same(expected, found)


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
@pytest.mark.parametrize("kind", ["whole", "lora"])
def test_a_killed_run_goes_on_from_its_checkpoint_bit_for_bit(kind, dropping, tmp_path):
    def process(name, **environment):
        return subprocess.run(
            [sys.executable, "-m", "tests.tuning.runs", str(dropping), str(tmp_path / name),
             str(tmp_path / f"{name}.st"), json.dumps(asdict(settings_of(kind)))],
            cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        )  # fmt: skip

    assert process("whole").returncode == 0
    killed = process("killed", DIE_AT="8")  # the last checkpoint is that of the look after step 6
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert checkpoint.facts_of(tmp_path / "killed" / "last")["step"] == 6
    assert process("killed").returncode == 0
    assert_same(load_file(tmp_path / "whole.st.0"), load_file(tmp_path / "killed.st.0"))


def test_equal_seeds_give_equal_runs_and_others_do_not(dropping, tmp_path):
    _, first = tuned(dropping, tmp_path / "1", WHOLE)
    _, again = tuned(dropping, tmp_path / "2", WHOLE)
    assert_same(first, again)
    _, other = tuned(dropping, tmp_path / "3", Tuning(**{**asdict(WHOLE), "seed": 1}))
    assert not torch.equal(first["head"], other["head"])


@pytest.mark.parametrize("family", ["bert", "modernbert", "nomic_bert", "eurobert", "distilbert"])
def test_a_merged_adapter_says_what_it_said_before(family, tmp_path, monkeypatch):
    folder = make_tiny_encoder(tmp_path / "e", family)
    encoder = load(folder)
    untrained = {name: weight.clone() for name, weight in encoder.model.state_dict().items()}
    texts = ["rain over the city", "", "the team won the match", "oil price"]
    before = encoder.encode(texts)
    seen = []
    plain = loop.merge_adapter

    def merge(model):
        seen.append(encoder.encode(texts))
        return plain(model)

    monkeypatch.setattr(loop, "merge_adapter", merge)
    lesson = make_lesson(encoder, look=0)
    tuned = tune(encoder, lesson, settings_of("lora"), scratch=tmp_path, judge=judge)
    assert np.abs(seen[0] - before).max() > 1e-3, "it has learnt something"
    merged = encoder.model.state_dict()
    assert set(merged) == set(untrained)
    for name, weight in untrained.items():
        part = name.removesuffix(".weight")
        if f"{part}.up" in tuned.adapter:
            weight += torch.from_numpy(tuned.adapter[f"{part}.up"] @ tuned.adapter[f"{part}.down"])
        assert torch.allclose(merged[name], weight, atol=1e-6), "the kept adapter is what was added"
    save_encoder(encoder, tmp_path / "saved")
    again = load_encoder(str(tmp_path / "saved"), device="cpu")
    assert np.abs(again.encode(texts) - seen[0]).max() < 1e-5


def test_a_merged_adapter_opens_in_sentence_transformers(dropping, tmp_path):
    from sentence_transformers import SentenceTransformer

    encoder = load(dropping)
    lesson = make_lesson(encoder, look=0)
    tune(encoder, lesson, settings_of("lora"), scratch=tmp_path, judge=judge)
    save_encoder(encoder, tmp_path / "saved")
    peer = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    texts = ["rain over the city", "the team won the match"]
    assert np.abs(peer.encode(texts) - encoder.encode(texts)).max() < 1e-5


@pytest.mark.parametrize("frozen", [0, 1])
def test_an_adapter_moves_only_the_linear_parts_above_what_is_frozen(frozen, dropping, tmp_path):
    before = dict(load(dropping).model.named_parameters())
    settings = Tuning(**{**asdict(settings_of("lora")), "frozen_layers": frozen})
    encoder = load(dropping)
    tune(encoder, make_lesson(encoder, look=0), settings, scratch=tmp_path, judge=judge)
    moved = {n for n, p in encoder.model.named_parameters() if not torch.equal(p, before[n])}
    assert moved
    assert all("dense" in n or "self" in n for n in moved)
    assert not any(n.endswith("bias") for n in moved)
    assert any(".0." in n for n in moved) == (frozen == 0)


def test_the_best_weights_are_kept(dropping, tmp_path):
    """With a judge that likes the third look best, the run ends with the weights of that look."""
    scores = iter([0.1, 0.2, 0.9, 0.3, 0.4])
    encoder = load(dropping)
    out = tune(
        encoder, make_lesson(encoder), WHOLE, scratch=tmp_path,
        judge=lambda logits, targets: Verdict(next(scores), 1.0),
    )  # fmt: skip
    assert out.run.best_step == 6
    _, expected = tuned(dropping, tmp_path / "again", WHOLE, Stops(6))
    halted = load_file(tmp_path / "again" / "last" / "weights.safetensors")
    assert torch.equal(halted["head.weight"], torch.from_numpy(out.weight))


@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "modernbert", "nomic_bert",
                                    "jina_embeddings_v3", "eurobert", "distilbert"])  # fmt: skip
def test_what_lies_beneath_is_all_but_the_upper_layers(family, tmp_path):
    model = load(make_tiny_encoder(tmp_path / "e", family)).model
    for part in beneath(model, 1):
        part.requires_grad_(False)
    learning = [name for name, p in model.named_parameters() if p.requires_grad]
    assert learning
    assert all(".1." in n or n.startswith(("norm.", "final_norm.")) for n in learning)


def test_too_many_frozen_layers_and_missing_layers_are_sentences(dropping, tmp_path):
    encoder = load(dropping)
    with pytest.raises(InputError, match="frozen_layers is 2 and the encoder has 2"):
        loop.prepare(encoder, make_lesson(encoder), Tuning(frozen_layers=2))
    encoder.model.config.num_hidden_layers = 5
    for settings in (Tuning(adapter="lora"), Tuning(frozen_layers=1)):
        with pytest.raises(InputError, match="were not found"):
            loop.prepare(encoder, make_lesson(encoder), settings)


def test_an_adapter_without_linear_parts_is_a_sentence(dropping):
    encoder = load(dropping)
    for layer in encoder.model.encoder.layer:
        for part in list(layer.modules()):
            for name, child in list(part.named_children()):
                if isinstance(child, torch.nn.Linear):
                    setattr(part, name, torch.nn.Identity())
    with pytest.raises(InputError, match="has none: choose the finetune route"):
        loop.prepare(encoder, make_lesson(encoder), Tuning(adapter="lora"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"rank": 0}, "rank is 0"), ({"learning_rate": 0.0}, "learning_rate is 0.0"),
     ({"dropout": 1.0}, "dropout is 1.0"), ({"frozen_layers": -1}, "frozen_layers is -1"),
     ({"adapter": "dora"}, "no adapter 'dora'"), ({"accumulate": 0}, "accumulate is 0")],
)  # fmt: skip
def test_settings_out_of_bounds_are_sentences(wrong, said):
    with pytest.raises(InputError, match=said):
        Tuning(**wrong)


def test_a_checkpoint_of_other_weights_is_refused(dropping, tmp_path):
    tuned(dropping, tmp_path / "run", settings_of("lora"), Stops(2))
    with pytest.raises(KeyError, match="other weights"):
        tuned(dropping, tmp_path / "run", WHOLE)


def test_a_checkpoint_whose_writer_was_killed_is_the_one_before(dropping, tmp_path):
    weights = {"w": torch.nn.Parameter(torch.ones(2))}
    checkpoint.save(tmp_path / "c", weights, None, {"step": 1})
    half = tmp_path / "c.new"
    half.mkdir()
    (half / "weights.safetensors").write_bytes(b"half")
    assert checkpoint.facts_of(tmp_path / "c") == {"step": 1}
    checkpoint.save(tmp_path / "c", weights, None, {"step": 2})
    (tmp_path / "c").rename(half)  # killed between removing and renaming
    assert checkpoint.facts_of(tmp_path / "c") == {"step": 2}


def test_the_runs_of_the_other_process_are_these(dropping, tmp_path):
    out = runs.run(dropping, tmp_path / "s", tmp_path / "o", WHOLE)
    _, expected = tuned(dropping, tmp_path / "here", WHOLE)
    assert torch.equal(torch.from_numpy(out.weight), expected["head"])
