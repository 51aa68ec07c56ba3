"""Products of 8-bit integers: near to float32, the same each time, said to be approximate."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.encoder.layers import int8
from engine.encoder.layers.int8 import Int8Linear, quantize
from engine.encoder.models import load_encoder
from engine.encoder.packing import pack
from engine.encoder.precision import check
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.resolve import resolve
from engine.store import Store
from engine.work import run
from tests.encoder.making import make_dataset
from tests.tiny import make_tiny_encoder

ROOT = Path(__file__).parents[2]


def cosines(a, b):
    sizes = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    full = sizes > 0
    return (a * b).sum(axis=1)[full] / sizes[full]


@pytest.fixture(scope="module")
def small(tiny_folder):
    return load_encoder(str(tiny_folder), device="cpu", dtype="int8")


@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "modernbert", "distilbert"])
def test_vectors_are_near_to_float32s(tmp_path, family, texts):
    folder = str(make_tiny_encoder(tmp_path / family, family))
    exact, near = (load_encoder(folder, device="cpu", dtype=d) for d in ("float32", "int8"))
    assert near.approximate
    assert not exact.approximate
    assert not any(type(part) is torch.nn.Linear for part in near.model.modules())
    a, b = exact.encode(texts), near.encode(texts)
    assert cosines(a, b).mean() > 0.99
    assert not np.array_equal(a, b)


def test_minilm_keeps_its_directions(minilm, texts):
    found = cosines(minilm.encode(texts), load_encoder("minilm", dtype="int8").encode(texts))
    assert found.mean() > 0.99
    assert found.min() > 0.975  # one word alone


def test_the_same_each_time_and_whatever_the_batch(small, texts):
    together = small.encode(texts)
    assert np.array_equal(together, small.encode(texts))
    alone = np.concatenate([small.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5
    backwards = small.encode(texts[::-1])[::-1]
    assert np.abs(together - backwards).max() < 1e-5


def test_products_are_exact_in_what_was_rounded():
    draw = torch.Generator().manual_seed(3)
    plain = torch.nn.Linear(64, 24)
    with torch.no_grad():
        plain.weight.copy_(torch.randint(-127, 128, (24, 64), generator=draw))
        plain.weight[:, 0] = 127  # so that a step is 1 and rounding changes nothing
    x = torch.randint(-127, 128, (5, 64), generator=draw).float()
    x[:, 0] = 127
    layer = Int8Linear(plain, 127)
    with torch.inference_mode():
        assert torch.allclose(layer(x), plain(x), atol=0.02)
        assert torch.equal(layer(torch.zeros(2, 3, 64)), plain.bias.expand(2, 3, 24))


def test_nothing_asks_for_a_gradient(small, texts):
    tokens = small.tokenize(texts)
    assert not small.pool(pack(tokens)).requires_grad


def test_without_a_bias_nothing_is_added():
    layer = Int8Linear(torch.nn.Linear(8, 4, bias=False), 127)
    with torch.inference_mode():
        assert not layer(torch.zeros(1, 8)).any()


def test_every_linear_layer_is_replaced():
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Sequential(torch.nn.Linear(8, 2)))
    assert quantize(model) == 2
    assert quantize(model) == 0


def test_a_processor_that_adds_in_16_bits_gets_smaller_weights():
    # oneDNN is told to leave VNNI alone; where the processor has none the answer is the same.
    code = (
        "from engine.encoder.layers import int8\n"
        "assert int8.weight_levels() in (64, 127)\n"
        "from engine.encoder.models import load_encoder\n"
        "texts = ['Oil prices rose.', 'The team won.', 'A new phone', 'rain and storm ' * 20]\n"
        "a, b = (load_encoder('minilm', dtype=d).encode(texts) for d in ('float32', 'int8'))\n"
        "assert (a * b).sum(1).min() > 0.98, (a * b).sum(1)\n"
    )
    env = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2", "HF_HUB_OFFLINE": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True)


def test_levels_are_found_by_what_comes_out(monkeypatch):
    product = torch._int_mm

    def saturating(a, b):
        return product(a, b) if b.abs().max() <= 64 else product(a, b) - 1

    int8.weight_levels.cache_clear()
    monkeypatch.setattr(torch, "_int_mm", saturating)
    assert int8.weight_levels() == 64
    int8.weight_levels.cache_clear()
    monkeypatch.setattr(torch, "_int_mm", lambda a, b: product(a, b) - 1)
    with pytest.raises(InputError, match="choose auto"):
        int8.weight_levels()
    int8.weight_levels.cache_clear()


def test_refusals_name_what_to_choose(tiny_folder):
    with pytest.raises(InputError, match="int8 is for CPUs: on this device use float16"):
        check("int8", torch.device("cuda"), training=False)
    with pytest.raises(InputError, match="int8 cannot be trained: choose auto"):
        load_encoder(str(tiny_folder), device="cpu", dtype="int8", training=True)
    with pytest.raises(InputError, match="float16 is slower than float32 on this processor"):
        load_encoder(str(tiny_folder), device="cpu", dtype="float16")
    check("float16", torch.device("cuda"), training=False)


def test_slow_numbers_are_refused(monkeypatch, tiny_folder):
    monkeypatch.setattr("engine.encoder.precision.quick", lambda precision: False)
    for dtype in ("bfloat16", "int8"):
        with pytest.raises(InputError, match=f"{dtype} is slower than float32"):
            load_encoder(str(tiny_folder), device="cpu", dtype=dtype)


def test_a_run_says_how_near_it_came(tmp_path, tiny_folder):
    store = Store(tmp_path / "cache")
    dataset = make_dataset(store, [f"rain and {n} phone" for n in range(300)])
    spec = EmbedSpec(dataset=dataset.key, encoder=str(tiny_folder), precision="int8")
    facts = run(spec, store=store).facts
    assert facts["approximate"] is True
    assert facts["dtype"] == "int8"
    assert facts["int8_texts"] == 32
    assert facts["int8_levels"] in (64, 127)
    assert 0.98 < facts["int8_cosine_min"] <= facts["int8_cosine_mean"] <= 1.0
    exact = run(spec.model_copy(update={"precision": "auto"}), store=store)
    assert exact.facts["approximate"] is False
    assert "int8_cosine_mean" not in exact.facts
    keys = {
        resolve(spec.model_copy(update={"precision": p}), store, None).key()
        for p in ("auto", "float32", "int8")
    }
    assert len(keys) == 3


def test_a_large_change_is_noted(tmp_path, tiny_folder, monkeypatch):
    store, notes = Store(tmp_path / "cache"), []
    dataset = make_dataset(store, ["rain", "the phone is good"])
    monkeypatch.setattr("engine.encoder.int8_check._NEAR", 1.1)

    class Heard:
        stop_requested = False

        def note(self, sentence):
            notes.append(sentence)

        def __getattr__(self, name):
            return lambda *_args, **_more: None

    spec = EmbedSpec(dataset=dataset.key, encoder=str(tiny_folder), precision="int8")
    run(spec, store=store, progress=Heard())
    assert any("precision auto" in note for note in notes)
