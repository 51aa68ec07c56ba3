"""A classifier in, a folder that loads without Limn out: the stage 'model export'."""

from __future__ import annotations

from typing import Any

from engine.classify.classifier import Classifier, load_classifier
from engine.classify.export.card import model_card
from engine.classify.export.folder import write_folder
from engine.classify.export.parity import compare, test_texts
from engine.classify.export.sequence import why_not, write_sequence
from engine.classify.export.snippet import snippet
from engine.classify.export.spec import ExportSpec
from engine.errors import InputError
from engine.store.files import folder_bytes, write_json
from engine.work import Work


def build(spec: ExportSpec, work: Work) -> dict[str, Any]:
    """Write the folder ``model/``: sentence-transformers, ONNX, a card and a predicting script.

    Returns:
        labels, parity (see :func:`compare`, or why there is no graph), sequence (why there is no
        transformers folder, "" where there is one) and size (bytes).

    Raises:
        InputError: the model cannot be loaded.
    """
    model = work.inputs["model"]
    work.progress.stage("Loading the classifier")
    classifier = load_classifier(model.path, device="cpu")
    folder = work.out / "model"
    work.progress.stage("Writing the folder")
    write_folder(classifier, folder)
    sequence = why_not(classifier)
    if not sequence:
        write_sequence(classifier, folder / "transformers")
    parity = _onnx(spec, classifier, work)
    if not parity["ok"]:
        work.progress.note(parity.get("why") or "The ONNX graph differs from the model: see parity")
    write_json(folder / "parity.json", parity)
    if "texts" in parity:
        recipe, encoder = classifier.encoder.recipe, classifier.encoder
        script = snippet(
            classifier.card,
            title=model.title,
            limit=classifier.card.max_length or encoder.max_length,
            pad_id=int(recipe.config.get("pad_token_id") or 0),
            lower=recipe.lower,
            prompt=recipe.prompt,
        )
        (folder / "predict.py").write_text(script, encoding="utf-8")
    dataset = next((a for a in work.store.inputs(model) if a.kind == "dataset"), None)
    source = next((a for a in work.store.lineage(model) if a.kind == "source"), None)
    card = model_card(
        model,
        classifier.card,
        dataset=dataset,
        source=source,
        parity=parity,
        sequence=sequence,
        limit=classifier.card.max_length or classifier.encoder.max_length,
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    return {
        "labels": list(classifier.labels),
        "parity": parity,
        "sequence": sequence,
        "size": folder_bytes(folder),
    }


def _onnx(spec: ExportSpec, classifier: Classifier, work: Work) -> dict[str, Any]:
    if not spec.onnx:
        return {"ok": False, "why": "It was not asked for."}
    from engine.classify.export.graph import write_graph

    work.progress.stage("Making the ONNX graph")
    folder = work.out / "model" / "onnx"
    try:
        write_graph(classifier, folder, scratch=work.scratch)
    except InputError as error:
        return {"ok": False, "why": str(error)}
    texts, of = test_texts(work.inputs["model"], work.store)
    return {**compare(classifier, folder, texts, work.progress), "of": of}
