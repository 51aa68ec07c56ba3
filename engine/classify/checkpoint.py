"""The whole state of a training run to disk and back, without pickle and never half-written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.store.files import read_json, write_json


def save(
    folder: Path, module: nn.Module, optimizer: torch.optim.Optimizer | None, facts: dict[str, Any]
) -> None:
    """Replace the checkpoint in `folder`: weights, optimizer state and JSON-able facts."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file(_contiguous(module.state_dict()), fresh / "weights.safetensors")
    if optimizer is not None:
        state = optimizer.state_dict()["state"]
        flat = {f"{i}.{name}": value for i, entry in state.items() for name, value in entry.items()}
        save_file(_contiguous(flat), fresh / "optimizer.safetensors")
    write_json(fresh / "facts.json", facts)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(fresh, folder)


def load(
    folder: Path, module: nn.Module, optimizer: torch.optim.Optimizer | None = None
) -> dict[str, Any] | None:
    """Bring `module` and `optimizer` to the state in `folder`; its facts, or None."""
    fresh = folder.with_name(folder.name + ".new")
    if not folder.exists() and (fresh / "facts.json").exists():
        # Killed between removing the old one and renaming the new one, which is whole.
        os.replace(fresh, folder)
    facts: dict[str, Any] | None = read_json(folder / "facts.json")
    if facts is None:
        return None
    module.load_state_dict(load_file(folder / "weights.safetensors"))
    if optimizer is not None:
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in load_file(folder / "optimizer.safetensors").items():
            place, _, field = name.partition(".")
            state.setdefault(int(place), {})[field] = value
        whole = optimizer.state_dict()
        optimizer.load_state_dict({"state": state, "param_groups": whole["param_groups"]})
    return facts


def _contiguous(tensors: dict[str, Any]) -> dict[str, Tensor]:
    return {
        name: (value if isinstance(value, Tensor) else torch.tensor(value)).detach().contiguous()
        for name, value in tensors.items()
    }
