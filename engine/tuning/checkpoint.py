"""The whole state of a training run to disk and back, without pickle and never half-written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

_FACTS, _WEIGHTS, _OPTIMIZER = "facts.json", "weights.safetensors", "optimizer.safetensors"


def save(
    folder: Path,
    weights: dict[str, nn.Parameter],
    optimizer: torch.optim.Optimizer | None,
    facts: dict[str, Any],
) -> None:
    """Replace the checkpoint in `folder`: weights, optimizer state and JSON-able facts.

    It is on the disk before it takes the old one's place.
    """
    fresh = _fresh(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file(_plain(weights), fresh / _WEIGHTS)
    if optimizer is not None:
        state = optimizer.state_dict()["state"]
        flat = {f"{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}
        save_file(_plain(flat), fresh / _OPTIMIZER)
    (fresh / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
    for path in fresh.iterdir():
        _flush(path)
    _flush(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(fresh, folder)
    _flush(folder.parent)


def facts_of(folder: Path) -> dict[str, Any] | None:
    """The facts of the checkpoint in `folder`; None where there is none."""
    fresh = _fresh(folder)
    if not folder.exists() and (fresh / _FACTS).exists():
        # Killed between removing the old one and renaming the new one, which is whole.
        os.replace(fresh, folder)
    try:
        found: dict[str, Any] = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def load(
    folder: Path,
    weights: dict[str, nn.Parameter],
    optimizer: torch.optim.Optimizer | None = None,
) -> None:
    """Bring `weights` and `optimizer` to the state in `folder`.

    Raises:
        KeyError: the checkpoint holds other weights.
    """
    found = load_file(folder / _WEIGHTS)
    if found.keys() != weights.keys():
        raise KeyError(f"{folder} holds other weights than those in training")
    with torch.no_grad():
        for name, parameter in weights.items():
            parameter.copy_(found[name])
    if optimizer is not None:
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in load_file(folder / _OPTIMIZER).items():
            place, _, field = name.partition(".")
            state.setdefault(int(place), {})[field] = value
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})


def _fresh(folder: Path) -> Path:
    return folder.with_name(folder.name + ".new")


def _plain(tensors: dict[str, Any]) -> dict[str, Tensor]:
    return {
        name: (value if isinstance(value, Tensor) else torch.tensor(value)).detach().contiguous()
        for name, value in tensors.items()
    }


def _flush(path: Path) -> None:
    """Force a file, or where the system knows that a folder's list of names, to the disk."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
