"""A classifier's folder from elsewhere in; its labels, encoder and head out, nothing of it run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Card
from engine.classify.export.folder import ABOUT
from engine.classify.export.sequence import HEADS
from engine.classify.head import LinearHead
from engine.classify.hidden_head import HiddenHead
from engine.encoder.hub.folder import read_json, read_recipe
from engine.errors import InputError
from engine.store.files import write_json

_ACTIVATIONS = {"Identity": "", "Tanh": "tanh", "ReLU": "relu", "GELU": "gelu"}
_SUPPORTED = ", ".join(sorted(HEADS))
_ENCODER_FILES = (".json", ".txt", ".model")


@dataclass(frozen=True)
class Incoming:
    """What was found. about: the card of a Limn export, None for a folder of another origin."""

    labels: tuple[str, ...]
    head: LinearHead
    kind: str
    about: Card | None


def take_in(folder: Path, encoder: Path) -> Incoming:
    """Read the head of the classifier in `folder`, and write its encoder to the folder `encoder`.

    Raises:
        InputError: it is no classifier, keeps weights as pickle, needs code of its own, or has a
            head that cannot be expressed here.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}: check the path.")
    if (folder / "modules.json").is_file():
        return _from_sentence_transformers(folder, encoder)
    config = read_json(folder / "config.json", default={})
    if not config:
        raise InputError(
            f"{folder.name} is no model's folder: it has neither modules.json nor config.json."
        )
    return _from_transformers(folder, config, encoder)


def _from_sentence_transformers(folder: Path, encoder: Path) -> Incoming:
    modules = read_json(folder / "modules.json")
    kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
    root = folder.resolve()
    for module in modules:
        if not (root / str(module["path"])).resolve().is_relative_to(root):
            raise InputError(f"{folder.name} names a step outside of itself ({module['path']}).")
    first = next((n for n, kind in enumerate(kinds) if kind == "Dense"), len(kinds))
    dense = modules[first:]
    if not 1 <= len(dense) <= 2 or set(kinds[first:]) != {"Dense"}:
        raise InputError(
            f"{folder.name} is an encoder without a classifier's head (its steps: "
            f"{', '.join(kinds)}); train a classifier on it instead: its folder can be named as "
            "the encoder."
        )
    layers = [_dense(folder / str(module["path"])) for module in dense]
    inner = folder / str(modules[0]["path"])
    about = read_json(folder / ABOUT, default={})
    card = Card.model_validate(about) if about else None
    labels = card.labels if card else _labels(read_json(inner / "config.json"), len(layers[-1][1]))
    if len(labels) != len(layers[-1][1]):
        raise InputError(
            f"{folder.name} names {len(labels)} categories and its last layer has "
            f"{len(layers[-1][1])}: they do not belong together."
        )
    _copy_encoder(folder, encoder, modules[:first])
    return Incoming(labels, _head(layers, folder), "sentence-transformers", card)


def _copy_encoder(folder: Path, encoder: Path, modules: list[dict[str, Any]]) -> None:
    encoder.mkdir(parents=True)
    write_json(encoder / "modules.json", modules)
    for module in modules:
        where = folder / str(module["path"])
        target = encoder / str(module["path"])
        target.mkdir(parents=True, exist_ok=True)
        for path in where.iterdir() if where.is_dir() else []:
            mine = path.suffix in _ENCODER_FILES or ".safetensors" in path.name
            if path.is_file() and mine and path.name not in ("modules.json", ABOUT, "parity.json"):
                shutil.copyfile(path, target / path.name)
    told = folder / "config_sentence_transformers.json"
    if told.is_file():
        shutil.copyfile(told, encoder / told.name)
    if not any(encoder.rglob("*.safetensors")):
        read_recipe(folder / str(modules[0]["path"]))  # says what is wrong: pickle, or nothing
    read_recipe(encoder)


def _dense(folder: Path) -> tuple[Any, Any, str]:
    from safetensors.numpy import load_file

    config = read_json(folder / "config.json")
    if not (folder / "model.safetensors").is_file():
        if any(folder.glob("*.bin")):
            raise InputError(
                f"The head in {folder.name} is kept as pickle, which can run code when opened; "
                "save the model again with safetensors."
            )
        raise InputError(f"There is no model.safetensors in {folder.name}: copy the whole folder.")
    name = str(config.get("activation_function", "Tanh")).rsplit(".", 1)[-1]
    if name not in _ACTIVATIONS or config.get("use_residual"):
        what = "a residual connection" if config.get("use_residual") else name
        raise InputError(
            f"The head's step {folder.name} has {what}, which cannot be read here; supported: "
            f"{', '.join(_ACTIVATIONS)}."
        )
    tensors = load_file(folder / "model.safetensors")
    weight = _float(tensors.get("linear.weight"), folder)
    bias = tensors.get("linear.bias")
    bias = np.zeros(len(weight), np.float32) if bias is None else _float(bias, folder)
    return weight, bias, _ACTIVATIONS[name]


def _head(layers: list[tuple[Any, Any, str]], folder: Path) -> LinearHead:
    weight, bias, activation = layers[-1]
    if activation:
        raise InputError(
            f"The last layer of {folder.name} ends in {activation}, so what it gives are no logits "
            "of categories: it is an encoder's layer, not a classifier's head."
        )
    if len(layers) == 1:
        return LinearHead(weight, bias)
    hidden_weight, hidden_bias, activation = layers[0]
    if not activation:  # two linear layers are one
        return LinearHead(weight @ hidden_weight, weight @ hidden_bias + bias)
    return HiddenHead(
        weight, bias, hidden_weight=hidden_weight, hidden_bias=hidden_bias, activation=activation
    )


def _from_transformers(folder: Path, config: dict[str, Any], encoder: Path) -> Incoming:
    family = str(config.get("model_type", ""))
    made = str((config.get("architectures") or [""])[0])
    if "auto_map" in config:
        raise InputError(
            f"{folder.name} runs code from its own folder, which is not allowed: bring a model "
            "that transformers knows by itself."
        )
    if not made.endswith("ForSequenceClassification"):
        raise InputError(
            f"{folder.name} is no text classifier (it says {made or 'nothing'}): train one on it "
            "instead, its folder can be named as the encoder."
        )
    if family not in HEADS:
        raise InputError(
            f"Classifiers of the type {family} have a head that cannot be read here; those of "
            f"{_SUPPORTED} can."
        )
    if config.get("problem_type") in ("multi_label_classification", "regression"):
        raise InputError(
            f"{folder.name} is made for {config['problem_type'].replace('_', ' ')}; only models "
            "that choose one category of several can be brought in."
        )
    recipe = read_recipe(folder)  # refuses pickle
    first, last, activation = HEADS[family]
    wanted = [f"{layer}.{part}" for layer in (first, last) for part in ("weight", "bias")]
    found = _tensors(recipe.weights, wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InputError(f"{folder.name} lacks {missing[0]}: its head was never saved.")
    layers = [(_float(found[f"{layer}.weight"], folder), _float(found[f"{layer}.bias"], folder))
              for layer in (first, last)]  # fmt: skip
    labels = _labels(config, len(layers[1][1]))
    _save_encoder(folder, encoder)
    head = HiddenHead(
        *layers[1], hidden_weight=layers[0][0], hidden_bias=layers[0][1], activation=activation
    )
    return Incoming(labels, head, made, None)


def _tensors(files: tuple[Path, ...], names: list[str]) -> dict[str, Any]:
    from safetensors import safe_open

    found: dict[str, Any] = {}
    for path in files:
        with safe_open(path, framework="pt") as file:
            for name in set(names) & set(file.keys()):
                found[name] = file.get_tensor(name).float().numpy()
    return found


def _save_encoder(folder: Path, encoder: Path) -> None:
    """The base model alone, under the names an encoder's folder has; it reads the first token."""
    import torch
    from transformers import AutoModel

    model: Any = AutoModel.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False,
        local_files_only=True,
    )  # fmt: skip
    model.save_pretrained(encoder)
    for path in folder.iterdir():
        told = path.name.startswith(
            ("tokenizer", "vocab", "special_tokens", "added_tokens", "merges")
        )
        if path.is_file() and (told or path.suffix == ".model"):
            shutil.copyfile(path, encoder / path.name)
    width = int(model.config.hidden_size)
    (encoder / "1_Pooling").mkdir()
    write_json(
        encoder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": width, "pooling_mode_cls_token": True},
    )
    steps = [("", "Transformer"), ("1_Pooling", "Pooling")]
    write_json(
        encoder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(steps)
        ],
    )


def _labels(config: dict[str, Any], n: int) -> tuple[str, ...]:
    if n < 2:
        raise InputError("The model has one output: it tells a number, not a category.")
    named = config.get("id2label") or {}
    labels = tuple(str(named.get(str(i), named.get(i, f"LABEL_{i}"))) for i in range(n))
    if len(set(labels)) < n:
        raise InputError("Two of the model's categories have the same name; give them names apart.")
    return labels


def _float(array: Any, folder: Path) -> Any:
    if array is None:
        raise InputError(f"{folder.name} lacks linear.weight: copy the whole folder again.")
    return np.ascontiguousarray(array, dtype=np.float32)
