"""ONNX Runtime gives an encoder's own vectors, and a process that answers has no torch."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder.hub.find import find_folder
from engine.encoder.hub.folder import POOLINGS, read_recipe
from engine.encoder.models import load_encoder
from engine.encoder.onnx.export import MOST_DIFFERENCE, compare, export_encoder, pool_padded
from engine.encoder.onnx.filled import fits, open_filled
from engine.encoder.onnx.session import open_exported
from engine.encoder.onnx.spec import OnnxSpec
from engine.encoder.onnx.weights import mapped, with_adapter
from engine.encoder.pooling import pool
from engine.errors import InputError
from engine.settings import ROOT
from engine.store import Store
from engine.work import run
from tests.tiny import LIMIT, make_tiny_encoder

FAMILIES = ("bert", "roberta", "modernbert", "distilbert", "mpnet")


@pytest.fixture(scope="module")
def filled():
    return open_filled(find_folder("minilm"))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_gives_its_own_vectors(family, tmp_path, texts):
    folder = make_tiny_encoder(tmp_path / family, family)
    encoder = load_encoder(str(folder), device="cpu")
    facts = export_encoder(encoder, tmp_path / "onnx")
    assert facts["difference"] < 1e-5
    exported = open_exported(tmp_path / "onnx")
    assert exported.fingerprint == encoder.fingerprint
    for batch in (1, 3, 100):  # alone, and padded beside much longer ones
        np.testing.assert_allclose(exported.encode(texts, batch=batch), encoder.encode(texts),
                                   atol=1e-5)  # fmt: skip


@pytest.mark.parametrize("mode", POOLINGS)
def test_padding_pools_as_packing_does(mode):
    """The graph's pooling, of padded texts, is the encoder's own, of texts end to end."""
    import torch

    lengths = [3, 1, 6]
    hidden = torch.randn(3, 6, 5)
    real = torch.zeros(3, 6, 1)
    for row, length in enumerate(lengths):
        real[row, :length] = 1
    ends = torch.tensor([0, 3, 4, 10])
    packed = torch.cat([hidden[row, :length] for row, length in enumerate(lengths)])
    wanted = pool([mode], packed, ends, normalize=False)
    torch.testing.assert_close(pool_padded(mode, hidden, real), wanted)


def test_an_export_that_differs_is_refused(tiny_folder, tmp_path):
    """As one did that took no notice of the padding: here the weights are another encoder's."""
    export_encoder(load_encoder(str(tiny_folder), device="cpu"), tmp_path / "onnx")
    other = load_encoder(str(make_tiny_encoder(tmp_path / "other", seed=1)), device="cpu")
    with pytest.raises(InputError, match="gives other vectors"):
        compare(other, tmp_path / "onnx")


def test_a_type_that_cannot_be_exported_is_said_in_a_sentence(tiny, tmp_path, monkeypatch):
    def fails(*_args, **_more):
        raise RuntimeError("an operator without a name")

    monkeypatch.setattr("torch.onnx.export", fails)
    with pytest.raises(InputError, match="type bert cannot be exported") as caught:
        export_encoder(tiny, tmp_path / "onnx")
    assert "\n" not in str(caught.value)


def test_the_stage_exports_once_whatever_the_name(tiny_folder, tmp_path):
    store = Store(tmp_path / "cache")
    made = run(OnnxSpec(encoder=str(tiny_folder)), store=store)
    assert made.kind == "onnx"
    assert made.facts["difference"] <= MOST_DIFFERENCE
    copy = make_tiny_encoder(tmp_path / "elsewhere")  # the same weights and files
    assert run(OnnxSpec(encoder=str(copy)), store=store).key == made.key
    assert open_exported(made.path).max_length == LIMIT


def test_the_default_encoder_needs_no_export(filled, minilm, texts):
    assert fits(read_recipe(find_folder("minilm")))
    assert filled.fingerprint == minilm.fingerprint
    assert filled.max_length == minilm.max_length
    np.testing.assert_allclose(filled.encode(texts), minilm.encode(texts), atol=1e-5)


def test_other_encoders_do_not_fit_its_graph(tiny_folder, tmp_path):
    assert not fits(read_recipe(tiny_folder))
    wide = make_tiny_encoder(tmp_path / "roberta", "roberta")
    assert not fits(read_recipe(wide))


@given(st.lists(st.text(max_size=300), max_size=6))
@settings(max_examples=25, deadline=None)
def test_ids_are_those_of_the_encoder(filled, minilm, some):
    ours, theirs = filled.tokenize(some), minilm.tokenize(some)
    assert ours.flat.tolist() == theirs.flat.tolist()
    assert ours.offsets.tolist() == theirs.offsets.tolist()
    assert ours.truncated.tolist() == theirs.truncated.tolist()


def test_weights_that_do_not_belong_to_it_are_refused(tmp_path):
    """A folder of the default's shape whose file has a weight too few."""
    import shutil

    from safetensors.numpy import save_file

    source = find_folder("minilm")
    folder = tmp_path / "broken"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    weights = {n: np.array(w) for n, w in mapped(source / "model.safetensors").items()}
    del weights["encoder.layer.5.output.dense.weight"]
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(InputError):
        open_filled(folder)


def test_threads_share_a_session(filled, texts):
    wanted = filled.encode(texts)
    found = [None] * 8

    def ask(place):
        found[place] = filled.encode(texts)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in found:
        np.testing.assert_allclose(one, wanted, atol=1e-6)


def test_answering_loads_no_torch():
    code = (
        "import sys, json\n"
        "from engine.encoder.hub.find import find_folder\n"
        "from engine.encoder.onnx.filled import open_filled\n"
        "assert open_filled(find_folder('minilm')).encode(['rain']).shape == (1, 384)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert not {"torch", "transformers", "onnx", "scipy", "sklearn"} & set(json.loads(out))


def test_a_memory_map_holds_what_the_library_reads(tmp_path):
    from safetensors.numpy import load_file, save_file

    rng = np.random.default_rng(0)
    tensors = {
        "a": rng.normal(size=(3, 5)).astype(np.float32),
        "b.half": rng.normal(size=7).astype(np.float16),
        "empty": np.zeros((0, 4), np.float32),
        "whole": np.arange(6).reshape(2, 3),
    }
    save_file(tensors, tmp_path / "x.safetensors")
    found, wanted = mapped(tmp_path / "x.safetensors"), load_file(tmp_path / "x.safetensors")
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@given(st.binary(max_size=200))
def test_what_is_no_safetensors_file_is_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a whole safetensors file"):
        mapped(path)


def test_an_adapter_is_added_where_it_says():
    rng = np.random.default_rng(0)
    weights = {"a.weight": rng.normal(size=(4, 6)).astype(np.float32), "a.bias": np.zeros(4)}
    down, up = rng.normal(size=(2, 6)), rng.normal(size=(4, 2))
    merged = with_adapter(weights, {"a.down": down, "a.up": up})
    np.testing.assert_allclose(merged["a.weight"], weights["a.weight"] + up @ down, atol=1e-6)
    assert merged["a.bias"] is weights["a.bias"]
    with pytest.raises(InputError, match="no part b of its size"):
        with_adapter(weights, {"b.down": down, "b.up": up})
    with pytest.raises(InputError, match="no part a of its size"):
        with_adapter(weights, {"a.down": down[:, :3], "a.up": up})
