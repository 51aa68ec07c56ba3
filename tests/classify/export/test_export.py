"""A classifier taken away loads elsewhere and says the same; what cannot be exact says so."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from engine.classify.classifier import load_classifier
from engine.classify.export.parity import compare
from engine.classify.export.spec import ExportSpec
from engine.classify.head import softmax
from engine.classify.spec import TrainSpec
from engine.progress import SILENT
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv
from tests.tiny import make_tiny_encoder

MESSY = [
    "The bank&#39;s shares <b>rose</b> last week &amp; fell",
    "the team won the match " * 30,
    "caf\u00c3\u00a9 news of the goal",
    "  a\tb\n\nscience paper ",
    "\\$5 said",
    "🙂",
    "x",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store with a model and its export, made once."""
    from engine.store import Store

    folder = tmp_path_factory.mktemp("export")
    encoder = make_tiny_encoder(folder / "encoder")
    store = Store(folder / "cache")
    dataset = add_dataset(store, write_csv(folder / "news.csv", labelled_texts(240)))
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder)), store=store, name="topics")
    return store, model, run(ExportSpec(model=model.key), store=store)


def test_sentence_transformers_loads_it_and_gives_the_logits(kept):
    from sentence_transformers import SentenceTransformer

    _, model, export = kept
    classifier = load_classifier(model.path)
    loaded = SentenceTransformer(str(export.path / "model"), device="cpu", local_files_only=True)
    texts = classifier.cleaned(MESSY)
    logits = loaded.encode(texts)
    np.testing.assert_allclose(logits, classifier.head.logits(classifier.vectors(texts)), atol=1e-4)
    np.testing.assert_allclose(softmax(logits), classifier.probabilities(texts), atol=1e-5)


def test_automodel_loads_the_encoder_and_the_names(kept):
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    _, model, export = kept
    folder = str(export.path / "model")
    labels = load_classifier(model.path).labels
    config = AutoConfig.from_pretrained(folder)
    assert [config.id2label[n] for n in range(3)] == list(labels)
    loaded, told = AutoModel.from_pretrained(folder, output_loading_info=True)
    assert not {n for n in told["missing_keys"] if "pooler" not in n}
    ids = AutoTokenizer.from_pretrained(folder)("the bank fell", return_tensors="pt")
    assert loaded(**ids).last_hidden_state.shape[2] == config.hidden_size


def test_the_graph_is_compared_and_equal(kept):
    _, model, export = kept
    parity = json.loads((export.path / "model" / "parity.json").read_text())
    assert parity == export.facts["parity"]
    assert parity["ok"] is True
    assert parity["same_label"] == 1.0
    assert parity["max_logit_difference"] <= 1e-3
    assert parity["texts"] == model.facts["scored_rows"]


def test_a_graph_that_differs_is_not_called_equal(kept, tmp_path):
    import onnx
    from onnx import numpy_helper

    _, model, export = kept
    graph = onnx.load(str(export.path / "model" / "onnx" / "model.onnx"))
    bias = next(t for t in graph.graph.initializer if t.name == "head.0.bias")
    array = numpy_helper.to_array(bias) + np.array([0, 0.01, 0], np.float32)
    bias.CopyFrom(numpy_helper.from_array(array.astype(np.float32), bias.name))
    onnx.save(graph, str(tmp_path / "model.onnx"))
    texts = [text for text, _ in labelled_texts(20)]
    found = compare(load_classifier(model.path, device="cpu"), tmp_path, texts, SILENT)
    assert found["ok"] is False
    assert found["max_logit_difference"] == pytest.approx(0.01, abs=1e-4)


def test_the_single_file_says_the_same_without_torch_or_limn(kept, tmp_path):
    _, model, export = kept
    script = export.path / "model" / "predict.py"
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['predict.py', *{MESSY!r}]\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')\n"
        "bad = {'torch', 'transformers', 'engine'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    said = [json.loads(line) for line in out.splitlines()]
    classifier = load_classifier(model.path)
    expected = classifier.probabilities(MESSY)
    assert [one["text"] for one in said] == MESSY
    for one, shares in zip(said, expected, strict=True):
        assert one["prediction"] == classifier.labels[int(shares.argmax())]
        assert list(one["probabilities"]) == list(classifier.labels)
        np.testing.assert_allclose(list(one["probabilities"].values()), shares, atol=1e-4)


def test_the_snippet_cleans_latex_as_well():
    from engine.classify.classifier import Card
    from engine.classify.export.snippet import snippet
    from engine.data.clean import PAPER_STEPS, chosen, clean

    card = Card(labels=("a", "b"), route="quick", encoder="", fingerprint="", max_length=0,
                temperature=1.0, clean=PAPER_STEPS, text_columns=(), join="space")  # fmt: skip
    whole = snippet(card, title='A "quoted" \\ title', limit=9, pad_id=0, lower=False, prompt='"x"')
    compile(whole, "predict.py", "exec")
    cleaning = whole.split("# The model.")[0].replace("import onnxruntime\n", "")
    (text,) = [r"Decay of $\alpha$ in CH$_4$ &amp; \emph{more}"]
    code = f"{cleaning}\nsys.stdout.write(clean({text!r}, chosen(CLEANING)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == clean(text, chosen(PAPER_STEPS))
    assert out.stdout != text


def test_the_card_says_what_it_is_and_where_from(kept):
    import yaml

    _, model, export = kept
    text = (export.path / "model" / "README.md").read_text()
    _, front, body = text.split("---\n", 2)
    told = yaml.safe_load(front)
    assert told["pipeline_tag"] == "text-classification"
    assert told["license"] == "unknown"
    assert told["model-index"][0]["results"][0]["metrics"][0]["value"] == pytest.approx(
        model.facts["accuracy"], abs=1e-4
    )
    assert model.manifest.command in body
    assert "macro-F1" in body
    assert "Licence of the data: unknown" in body
    assert "the first\n48 tokens of a text" in body
    assert "python predict.py" in body
    assert "no class that computes it exactly" in body


def test_mean_pooling_has_no_transformers_folder_and_says_why(kept):
    _, _, export = kept
    assert "only the first one" in export.facts["sequence"]
    assert not (export.path / "model" / "transformers").exists()


def test_where_it_is_exact_transformers_says_the_same(store, dataset, tmp_path):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    encoder = make_tiny_encoder(tmp_path / "e", "distilbert", pooling="cls", normalize=False)
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder)), store=store)
    export = run(ExportSpec(model=model.key, onnx=False), store=store)
    assert export.facts["sequence"] == ""
    folder = str(export.path / "model" / "transformers")
    loaded = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    texts = [text for text, _ in labelled_texts(12, seed=9)]
    tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, truncation=True,
                                                   return_tensors="pt")  # fmt: skip
    tokens.pop("token_type_ids", None)
    with torch.no_grad():
        shares = loaded(**tokens).logits.softmax(1).numpy()
    np.testing.assert_allclose(shares, load_classifier(model.path).probabilities(texts), atol=1e-5)


def test_without_onnx_there_is_none_and_nobody_says_equal(store, dataset, encoder_folder):
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    export = run(ExportSpec(model=model.key, onnx=False), store=store)
    assert export.facts["parity"]["ok"] is False
    assert not (export.path / "model" / "predict.py").exists()
    assert "There is no ONNX graph" in (export.path / "model" / "README.md").read_text()


def test_the_licence_of_a_known_public_file_is_told_and_no_more():
    from engine.classify.export.card import _licence

    told = _licence("Amazon Fine Food Reviews", None)
    assert "CC0" in told
    assert "not recorded with the file" in told
    assert _licence("mine.csv", None) == "unknown"
