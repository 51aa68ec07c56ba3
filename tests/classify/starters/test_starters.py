"""Starters: packed from an adapter, and a model like any other where their name is said."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from engine.classify.classifier import load_classifier
from engine.classify.live.classifier import export_needed, load_live
from engine.classify.spec import TrainSpec
from engine.classify.starters.pack import LEAST_KEPT, MOST_BYTES, pack
from engine.classify.starters.starter import ADAPTER, STARTERS, names, starter
from engine.encoder.onnx.weights import mapped
from engine.errors import InputError, NotFoundError
from engine.settings import ROOT
from engine.stages import SHIPPED
from engine.store import Store
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv

TEXTS = [text for text, _ in labelled_texts(12, seed=9)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("starters") / "cache")


@pytest.fixture(scope="module")
def dataset(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("news")
    return add_dataset(store, write_csv(folder / "news.csv", labelled_texts(90)))


@pytest.fixture(scope="module")
def model(store, dataset):
    spec = TrainSpec(dataset=dataset.key, route="lora", epochs=1, lora_rank=4, max_length=32,
                     evaluations=1)  # fmt: skip
    return run(spec, store=store, name="little-lora")


@pytest.fixture(scope="module")
def folder(model, store, tmp_path_factory):
    """A folder of starters with one in it."""
    above = tmp_path_factory.mktemp("shipped")
    told = pack(model, above / "little", store)
    assert told["bytes"] == (above / "little" / ADAPTER).stat().st_size < MOST_BYTES
    assert told["kept"] >= LEAST_KEPT
    assert str(told["held_out"]) in (above / "little" / "README.md").read_text(encoding="utf-8")
    return above


def test_everything_in_it_is_half_precision(folder):
    tensors = mapped(folder / "little" / ADAPTER)
    assert {t.dtype for n, t in tensors.items() if "familiar" not in n} == {np.dtype("float16")}


def test_a_starter_is_a_model_like_any_other(folder, model, tmp_path):
    store = Store(tmp_path / "cache")
    made = starter("little-starter", store, folder)
    assert made.name == "little-starter"
    assert store.get("little-starter", "model").key == made.key
    assert not store.verify(made)
    assert starter("little-starter", store, folder).key == made.key
    assert export_needed(made) is None
    # It says what the model it was packed from says, through either way of asking.
    original = load_classifier(model.path, device="cpu").probabilities(TEXTS)
    whole = load_classifier(made.path, device="cpu").probabilities(TEXTS)
    np.testing.assert_allclose(whole, original, atol=5e-3)
    np.testing.assert_allclose(load_live(made.path).probabilities(TEXTS), whole, atol=1e-4)


def test_what_is_no_adapter_cannot_be_packed(store, dataset, tmp_path):
    quick = run(TrainSpec(dataset=dataset.key), store=store)
    with pytest.raises(InputError, match="has no adapter: train it with --route=lora"):
        pack(quick, tmp_path / "quick", store)
    assert not (tmp_path / "quick").exists()


def test_an_unknown_starter_names_those_there_are(folder, tmp_path):
    with pytest.raises(NotFoundError, match="little-starter"):
        starter("nothing-starter", Store(tmp_path / "cache"), folder)


def test_the_starters_that_ship_are_small_and_known():
    assert set(names()) <= set(SHIPPED)
    for name in names():
        path = STARTERS / name.removesuffix("-starter")
        assert (path / ADAPTER).stat().st_size <= MOST_BYTES
        assert (path / "README.md").is_file()


@pytest.mark.skipif("reviews-starter" not in names(), reason="it has not been trained yet")
def test_its_name_is_enough_and_takes_no_torch(tmp_path):
    code = (
        "import sys, json\nfrom pathlib import Path\n"
        "from engine.resolve import addressed\nfrom engine.store import Store\n"
        "from engine.classify.live.classifier import load_live\n"
        f"found = addressed(Store(Path({str(tmp_path)!r})), 'reviews-starter', 'model')\n"
        "said = load_live(found.path).answer('Wonderful tea, the best I ever had.')\n"
        "print(json.dumps([said.label, sorted(sys.modules)]))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    label, modules = json.loads(out)
    assert label in ("negative", "neutral", "positive")
    assert not {"torch", "transformers", "sklearn"} & set(modules)
