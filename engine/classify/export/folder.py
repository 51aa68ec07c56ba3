"""A classifier in, a sentence-transformers folder whose encode gives its logits out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Classifier
from engine.classify.hidden_head import HiddenHead
from engine.encoder.hub.folder import read_json as read_config
from engine.store.files import write_json

ABOUT = "limn.json"
"""What other programs do not ask for: the model's card, cleaning steps included."""
_TOLD = ("tokenizer", "vocab", "special_tokens_map", "added_tokens", "merges")
_ACTIVATIONS = {
    "": "torch.nn.modules.linear.Identity",
    "tanh": "torch.nn.modules.activation.Tanh",
    "relu": "torch.nn.modules.activation.ReLU",
    "gelu": "torch.nn.modules.activation.GELU",
}
_POOLINGS = {
    "cls": "pooling_mode_cls_token",
    "mean": "pooling_mode_mean_tokens",
    "max": "pooling_mode_max_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}


def write_folder(classifier: Classifier, folder: Path) -> None:
    """Write the encoder, its tokenizer and pooling, and the head as one or two Dense steps.

    ``SentenceTransformer(folder).encode(cleaned texts)`` then gives (n, n_labels) logits, already
    divided by the temperature: their softmax are the classifier's probabilities. The folder itself
    loads with ``AutoModel`` and ``AutoTokenizer``; ``config.json`` names the categories.
    """
    recipe, card = classifier.encoder.recipe, classifier.card
    copy_encoder(classifier, folder)
    config = {**recipe.config, **label_maps(card.labels)}
    write_json(folder / "config.json", config)
    limit: dict[str, Any] = {"max_seq_length": card.max_length or classifier.encoder.max_length}
    if recipe.lower:
        limit["do_lower_case"] = True
    write_json(folder / "sentence_bert_config.json", limit)
    if recipe.prompt:
        prompts = {"prompts": {"default": recipe.prompt}, "default_prompt_name": "default"}
        write_json(folder / "config_sentence_transformers.json", prompts)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    width = int(recipe.config.get("hidden_size") or recipe.config["dim"])
    pooling = {old: mode in recipe.pooling for mode, old in _POOLINGS.items()}
    _write(folder / "1_Pooling", {"word_embedding_dimension": width, **pooling})
    if recipe.normalize:
        modules.append(("2_Normalize", "Normalize"))
        (folder / "2_Normalize").mkdir()
    for weight, bias, activation in dense_steps(classifier):
        name = f"{len(modules)}_Dense"
        modules.append((name, "Dense"))
        _dense(folder / name, weight, bias, activation)
    steps = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(modules)
    ]
    write_json(folder / "modules.json", steps)
    write_json(folder / ABOUT, card.model_dump(mode="json"))


def copy_encoder(classifier: Classifier, folder: Path) -> None:
    """The encoder's weights as they are on disk, in full precision, and its tokenizer's files."""
    recipe = classifier.encoder.recipe
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(recipe.transformer.iterdir()):
        if path.is_file() and (path.name.startswith(_TOLD) or path.suffix == ".model"):
            shutil.copyfile(path, folder / path.name)
    for path in recipe.weights:
        shutil.copyfile(path, folder / path.name)
    index = recipe.transformer / "model.safetensors.index.json"
    if len(recipe.weights) > 1 and index.is_file():
        shutil.copyfile(index, folder / index.name)
    if not (folder / "tokenizer.json").is_file():
        text = classifier.encoder.tokenizer.backend.to_str()
        (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    # Some readers take the limit from here.
    told = read_config(folder / "tokenizer_config.json", default={})
    limit = classifier.card.max_length or classifier.encoder.max_length
    write_json(folder / "tokenizer_config.json", {**told, "model_max_length": limit})


def label_maps(labels: tuple[str, ...]) -> dict[str, Any]:
    """``id2label`` and ``label2id`` as transformers writes them."""
    return {
        "id2label": {str(n): label for n, label in enumerate(labels)},
        "label2id": {label: n for n, label in enumerate(labels)},
    }


def dense_steps(classifier: Classifier) -> list[tuple[Any, Any, str]]:
    """(weight, bias, activation) of the head's layers; the temperature is part of the last one."""
    head = classifier.head
    heat = np.float32(head.temperature)
    steps = [(head.weight / heat, head.bias / heat, "")]
    if isinstance(head, HiddenHead):
        steps.insert(0, (head.hidden_weight, head.hidden_bias, head.activation))
    return steps


def _dense(folder: Path, weight: Any, bias: Any, activation: str) -> None:
    from safetensors.numpy import save_file

    out, width = weight.shape
    config = {
        "in_features": width,
        "out_features": out,
        "bias": True,
        "activation_function": _ACTIVATIONS[activation],
    }
    _write(folder, config)
    tensors = {
        "linear.weight": np.ascontiguousarray(weight, dtype=np.float32),
        "linear.bias": np.ascontiguousarray(bias, dtype=np.float32),
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _write(folder: Path, config: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    write_json(folder / "config.json", config)
