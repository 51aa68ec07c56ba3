from __future__ import annotations

import json
import shutil

import pytest

from engine.encoder import models
from engine.encoder.hub.find import is_here
from engine.encoder.hub.folder import fingerprint, read_recipe
from engine.encoder.models import DEFAULT_SHA256, find_folder, load_encoder
from engine.errors import InputError


@pytest.fixture
def copy(tiny_folder, tmp_path):
    return shutil.copytree(tiny_folder, tmp_path / "copy")


def edit(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_default_has_the_published_weights(minilm):
    assert minilm.fingerprint == DEFAULT_SHA256
    assert find_folder("sentence-transformers/all-MiniLM-L6-v2") == minilm.folder


def test_changed_default_weights_are_refused(monkeypatch, copy):
    monkeypatch.setattr(models, "find_folder", lambda _: copy)
    with pytest.raises(InputError, match="reinstall"):
        load_encoder("minilm")


def test_a_fingerprint_follows_the_file(copy):
    weights = read_recipe(copy).weights
    before = fingerprint(weights)
    weights[0].write_bytes(weights[0].read_bytes() + b" ")
    assert fingerprint(weights) != before


def test_weights_kept_as_pickle_are_refused(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(InputError, match="pickle"):
        load_encoder(str(copy))


def test_no_weights_at_all(copy):
    (copy / "model.safetensors").unlink()
    with pytest.raises(InputError, match="no model.safetensors"):
        load_encoder(str(copy))


def test_weights_cut_short(copy):
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match="cannot be loaded"):
        load_encoder(str(copy))


def test_code_in_the_folder_is_not_run(copy):
    edit(copy / "config.json", model_type="mine", auto_map={"AutoModel": "mine.Model"})
    with pytest.raises(InputError, match="runs code from its own folder"):
        load_encoder(str(copy))


def test_a_step_nobody_knows_is_named(copy):
    listed = json.loads((copy / "modules.json").read_text())
    listed.append({"idx": 9, "name": "9", "path": "9_Dense", "type": "x.models.Dense"})
    (copy / "modules.json").write_text(json.dumps(listed))
    with pytest.raises(InputError, match="Dense"):
        load_encoder(str(copy))


def test_a_tokenizer_that_does_not_fit_is_refused(copy):
    tokenizer = json.loads((copy / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary.update({f"word{i}": len(vocabulary) + i for i in range(5)})
    (copy / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(InputError, match="do not belong together"):
        load_encoder(str(copy))


def test_broken_json_is_named(copy):
    (copy / "config.json").write_text("{")
    with pytest.raises(InputError, match="config.json cannot be read"):
        load_encoder(str(copy))


@pytest.mark.parametrize("name", ["./not-there", "/no/such/folder", "a/b/c"])
def test_a_folder_that_is_not_there(name):
    with pytest.raises(InputError, match="no encoder folder"):
        load_encoder(name)


def test_an_id_that_is_not_here_while_offline(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match="not on this machine.*minilm"):
        load_encoder("nobody/no-such-encoder-here")


def test_a_device_that_is_not_there():
    import torch

    with pytest.raises(InputError, match="no device 'abacus'"):
        load_encoder(device="abacus")
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="no CUDA device"):
            load_encoder(device="cuda")


def test_a_padded_family_refuses_a_packed_kernel(tmp_path):
    from tests.tiny import make_tiny_encoder

    folder = make_tiny_encoder(tmp_path / "mp", "mpnet")
    with pytest.raises(InputError, match="MPNet adds a bias"):
        load_encoder(str(folder), attention="sdpa_flash")
    assert "MPNet" in load_encoder(str(folder), device="cpu").kernel.reason


def test_a_prompt_of_the_folder_is_put_before_each_text(copy, tiny, texts):
    (copy / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": {"query": "the paper: "}, "default_prompt_name": "query"})
    )
    prompted = load_encoder(str(copy), device="cpu").encode(texts)
    assert abs(prompted - tiny.encode(["the paper: " + text for text in texts])).max() < 1e-6


def test_what_is_here_is_known_without_fetching(tiny_folder, monkeypatch, tmp_path):
    import huggingface_hub

    asked = []

    def look(repo, **options):
        asked.append((repo, options))
        raise huggingface_hub.errors.LocalEntryNotFoundError("not here")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", look)
    assert is_here("minilm")
    assert is_here(str(tiny_folder))
    assert not is_here("BAAI/bge-small-en-v1.5")
    assert asked == [("BAAI/bge-small-en-v1.5", {"local_files_only": True})]
