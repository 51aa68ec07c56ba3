"""A folder from elsewhere becomes a classifier that says the same, or a sentence says why not."""

from __future__ import annotations

import json
import shutil
import zipfile

import numpy as np
import pytest

from engine.classify.classifier import load_classifier
from engine.classify.export.pack import pack
from engine.classify.export.spec import ExportSpec, ImportModelSpec
from engine.classify.spec import EvaluateSpec, TrainSpec
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv
from tests.tiny import make_tiny_encoder

TEXTS = [text for text, _ in labelled_texts(20, seed=11)] + [
    "caf\u00c3\u00a9 <b>bank</b> &amp; oil"
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    from engine.store import Store

    folder = tmp_path_factory.mktemp("import")
    encoder = make_tiny_encoder(folder / "encoder")
    store = Store(folder / "cache")
    dataset = add_dataset(store, write_csv(folder / "news.csv", labelled_texts(240)))
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder), max_length=20), store=store)
    export = run(ExportSpec(model=model.key, onnx=False), store=store)
    return store, dataset, model, export.path / "model"


def brought(store, folder):
    return run(ImportModelSpec(folder=str(folder)), store=store)


def test_what_was_exported_comes_back_the_same(kept):
    store, dataset, model, folder = kept
    back = brought(store, folder)
    before, after = load_classifier(model.path), load_classifier(back.path)
    np.testing.assert_allclose(after.probabilities(TEXTS), before.probabilities(TEXTS), atol=1e-5)
    for name in ("labels", "clean", "text_columns", "join", "max_length"):
        assert getattr(after.card, name) == getattr(before.card, name)
    assert back.facts["cleaning"] is True
    scored = run(EvaluateSpec(model=back.key, dataset=dataset.key), store=store)
    assert scored.facts["accuracy"] == pytest.approx(model.facts["accuracy"])


def test_a_zip_of_it_does_too_and_is_the_same_each_time(kept, tmp_path):
    store, _, model, folder = kept
    for name in ("a.zip", "b.zip"):
        pack(folder, tmp_path / name, inside="topics")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    back = brought(store, tmp_path / "a.zip")
    expected = load_classifier(model.path).probabilities(TEXTS)
    np.testing.assert_allclose(load_classifier(back.path).probabilities(TEXTS), expected, atol=1e-5)


def test_another_sentence_transformers_head_is_read(kept, tmp_path):
    """As sentence-transformers itself writes one: two Dense steps, names in config.json."""
    import torch
    from sentence_transformers import SentenceTransformer, models

    store, _, _, folder = kept
    inner = SentenceTransformer(str(folder), device="cpu")
    torch.manual_seed(1)
    steps = [*list(inner)[:3], models.Dense(32, 16, activation_function=torch.nn.GELU()),
             models.Dense(16, 4, activation_function=torch.nn.Identity())]  # fmt: skip
    whole = SentenceTransformer(modules=steps, device="cpu")
    whole.save(str(tmp_path / "st"))
    config = json.loads((tmp_path / "st" / "config.json").read_text())
    config |= {"id2label": {str(i): f"c{i}" for i in range(4)}}
    (tmp_path / "st" / "config.json").write_text(json.dumps(config))
    back = load_classifier(brought(store, tmp_path / "st").path)
    assert back.labels == ("c0", "c1", "c2", "c3")
    logits = whole.encode(TEXTS)
    np.testing.assert_allclose(back.head.logits(back.vectors(TEXTS)), logits, atol=1e-4)


@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "distilbert"])
def test_classifiers_of_transformers_say_the_same(store, tmp_path, family):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = _sequence(tmp_path, family)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    back = load_classifier(brought(store, folder).path)
    assert back.labels == ("bad", "fine", "good")
    texts = TEXTS[:8]
    with torch.no_grad():
        for text in texts:
            tokens = dict(tokenizer([text], return_tensors="pt"))
            tokens.pop("token_type_ids", None)
            expected = model(**tokens).logits.softmax(1).numpy()
            np.testing.assert_allclose(back.probabilities([text]), expected, atol=1e-5)


def test_a_hidden_layer_goes_out_again_exactly(store, tmp_path):
    """BERT with its pooler in, and out as transformers, sentence-transformers and ONNX."""
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModelForSequenceClassification

    folder = _sequence(tmp_path, "bert")
    model = brought(store, folder)
    export = run(ExportSpec(model=model.key), store=store)
    assert export.facts["sequence"] == ""
    assert export.facts["parity"]["ok"] is True, export.facts["parity"]
    out = export.path / "model"
    before = AutoModelForSequenceClassification.from_pretrained(folder).state_dict()
    after = AutoModelForSequenceClassification.from_pretrained(out / "transformers").state_dict()
    assert before.keys() == after.keys()
    assert all((before[name] == after[name]).all() for name in before)
    classifier = load_classifier(model.path)
    logits = SentenceTransformer(str(out), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(logits, classifier.head.logits(classifier.vectors(TEXTS)), atol=1e-4)


def _sequence(tmp_path, family):
    """A tiny ...ForSequenceClassification folder, as transformers saves it."""
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    folder = make_tiny_encoder(tmp_path / family, family)
    for name in ("modules.json", "sentence_bert_config.json"):
        (folder / name).unlink()
    shutil.rmtree(folder / "1_Pooling")
    config = AutoConfig.from_pretrained(folder)
    config.id2label = {0: "bad", 1: "fine", 2: "good"}
    config.label2id = {v: k for k, v in config.id2label.items()}
    torch.manual_seed(3)
    model = AutoModelForSequenceClassification.from_config(config)
    for weights in model.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, std=0.2)
    model.save_pretrained(folder)
    return folder


def _config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_pickle_is_refused(store, tmp_path):
    folder = _sequence(tmp_path, "bert")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(InputError, match="pickle"):
        brought(store, folder)
    assert not store.artifacts("model")


def test_a_pickled_head_is_refused(kept, tmp_path):
    store, _, _, folder = kept
    shutil.copytree(folder, tmp_path / "m")
    head = next((tmp_path / "m").glob("*_Dense"))
    (head / "model.safetensors").rename(head / "pytorch_model.bin")
    with pytest.raises(InputError, match="pickle"):
        brought(store, tmp_path / "m")


def test_code_from_the_folder_is_refused(store, tmp_path):
    folder = _sequence(tmp_path, "bert")
    _config(folder, auto_map={"AutoModel": "modeling.Mine"})
    with pytest.raises(InputError, match="code from its own folder"):
        brought(store, folder)


def test_what_is_no_classifier_says_so(kept, store, tmp_path, encoder_folder):
    with pytest.raises(InputError, match="encoder without a classifier's head"):
        brought(store, encoder_folder)
    folder = _sequence(tmp_path, "bert")
    _config(folder, architectures=["BertModel"])
    with pytest.raises(InputError, match="no text classifier"):
        brought(store, folder)
    _config(folder, architectures=["BertForSequenceClassification"],
            problem_type="multi_label_classification")  # fmt: skip
    with pytest.raises(InputError, match="multi label"):
        brought(store, folder)
    _config(folder, problem_type=None, model_type="modernbert")
    with pytest.raises(InputError, match="type modernbert have a head"):
        brought(store, folder)
    with pytest.raises(InputError, match="no folder or .zip"):
        brought(store, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no model's folder"):
        brought(store, tmp_path / "empty")
    assert not store.artifacts("model")


def test_a_step_outside_the_folder_is_refused(kept, tmp_path):
    store, _, _, folder = kept
    shutil.copytree(folder, tmp_path / "m")
    modules = json.loads((tmp_path / "m" / "modules.json").read_text())
    modules[1]["path"] = "../../etc"
    (tmp_path / "m" / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(InputError, match="outside of itself"):
        brought(store, tmp_path / "m")


def test_a_zip_that_leads_outside_or_is_damaged_is_refused(store, tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../outside.txt", "x")
    with pytest.raises(InputError, match="leads outside"):
        brought(store, tmp_path / "evil.zip")
    assert not list(tmp_path.rglob("outside.txt"))
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match="cannot be unpacked"):
        brought(store, tmp_path / "cut.zip")


def test_a_zip_bomb_is_refused(tmp_path):
    from engine.classify.importing.unzip import unzip

    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m/model.safetensors", b"0" * 1_000_000)
    with pytest.raises(InputError, match="more than the folder of a model"):
        unzip(tmp_path / "big.zip", tmp_path / "out", most_bytes=100_000)
    assert not list((tmp_path / "out").rglob("*.safetensors"))
