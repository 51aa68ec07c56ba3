"""A classifier in, a transformers ...ForSequenceClassification folder out, where it is exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Classifier
from engine.classify.export.folder import copy_encoder, dense_steps, label_maps
from engine.store.files import write_json

_CLASSES = {"bert": "BertForSequenceClassification",
            "roberta": "RobertaForSequenceClassification",
            "xlm-roberta": "XLMRobertaForSequenceClassification",
            "camembert": "CamembertForSequenceClassification",
            "distilbert": "DistilBertForSequenceClassification"}  # fmt: skip
# Names of the hidden layer and the last one, and the activation between them, by family.
HEADS = {
    "bert": ("bert.pooler.dense", "classifier", "tanh"),
    "roberta": ("classifier.dense", "classifier.out_proj", "tanh"),
    "xlm-roberta": ("classifier.dense", "classifier.out_proj", "tanh"),
    "camembert": ("classifier.dense", "classifier.out_proj", "tanh"),
    "electra": ("classifier.dense", "classifier.out_proj", "gelu"),
    "distilbert": ("pre_classifier", "classifier", "relu"),
}


def why_not(classifier: Classifier) -> str:
    """Why no transformers class computes exactly this classifier; "" where one does."""
    recipe = classifier.encoder.recipe
    family = str(recipe.config.get("model_type"))
    if family not in _CLASSES:
        return f"transformers' classifiers of the type {family} have another head than this model."
    if recipe.pooling != ("cls",) or recipe.normalize:
        scaled = ", scaled to length 1" if recipe.normalize else ""
        return (
            f"this model reads the {' and '.join(recipe.pooling)} of a text's token vectors"
            f"{scaled}, and {_CLASSES[family]} reads only the first one: use the "
            "sentence-transformers folder or ONNX, which are exact."
        )
    steps = dense_steps(classifier)
    wanted = HEADS[family][2]
    if len(steps) == 2 and steps[0][2] == wanted and steps[0][0].shape[0] == steps[0][0].shape[1]:
        return ""
    if len(steps) == 1 and wanted == "relu" and 2 * len(classifier.labels) <= steps[0][0].shape[1]:
        return ""
    return (
        f"{_CLASSES[family]} has a hidden layer with {wanted} that this model's head has not: use "
        "the sentence-transformers folder or ONNX, which are exact."
    )


def write_sequence(classifier: Classifier, folder: Path) -> None:
    """Write the folder for AutoModelForSequenceClassification; only where :func:`why_not` is ""."""
    import torch
    from safetensors.torch import load_file, save_file

    recipe = classifier.encoder.recipe
    family = str(recipe.config["model_type"])
    copy_encoder(classifier, folder)
    for path in folder.glob("model*.safetensors*"):
        path.unlink()
    base = family.replace("xlm-roberta", "roberta").replace("camembert", "roberta")
    tensors: dict[str, Any] = {}
    for path in recipe.weights:
        for name, value in load_file(path).items():
            bare = name.removeprefix(f"{base}.")
            if not bare.startswith(("pooler.", "classifier.", "pre_classifier.", "cls.")):
                tensors[f"{base}.{bare}"] = value
    first, last, _ = HEADS[family]
    for name, (weight, bias) in zip((first, last), _layers(classifier), strict=True):
        tensors[f"{name}.weight"] = torch.from_numpy(np.ascontiguousarray(weight, np.float32))
        tensors[f"{name}.bias"] = torch.from_numpy(np.ascontiguousarray(bias, np.float32))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        **recipe.config,
        **label_maps(classifier.card.labels),
        "architectures": [_CLASSES[family]],
        "problem_type": "single_label_classification",
    }
    write_json(folder / "config.json", config)


def _layers(classifier: Classifier) -> list[tuple[Any, Any]]:
    steps = [(weight, bias) for weight, bias, _ in dense_steps(classifier)]
    if len(steps) == 2:
        return steps
    # A linear head through ReLU, exactly: z = relu(z) - relu(-z).
    weight, bias = steps[0]
    n, width = weight.shape
    hidden, offset = np.zeros((width, width), np.float32), np.zeros(width, np.float32)
    hidden[:n], hidden[n : 2 * n] = weight, -weight
    offset[:n], offset[n : 2 * n] = bias, -bias
    out = np.zeros((n, width), np.float32)
    out[:, :n], out[:, n : 2 * n] = np.eye(n), -np.eye(n)
    return [(hidden, offset), (out, np.zeros(n, np.float32))]
