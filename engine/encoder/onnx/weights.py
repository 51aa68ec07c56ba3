"""A safetensors file in, its arrays out without reading them; an adapter added to them in numpy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InputError

Arrays = dict[str, Any]

_TYPES: dict[str, Any] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I64": np.dtype("<i8")}
_LONGEST_HEADER = 100_000_000


def mapped(path: Path) -> Arrays:
    """The arrays of a safetensors file as memory maps: only what is looked at is read.

    Raises:
        InputError: the file is not a whole safetensors file, or holds a type not used here.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length <= min(size - 8, _LONGEST_HEADER):
                raise ValueError("the header's length")
            header: dict[str, Any] = json.loads(file.read(length))
        header.pop("__metadata__", None)
        begin = 8 + length
        whole = np.memmap(path, np.uint8, "r", offset=begin) if size > begin else np.zeros(0, "u1")
        found: Arrays = {}
        for name, told in header.items():
            start, stop = told["data_offsets"]
            kind, shape = _TYPES[told["dtype"]], tuple(told["shape"])
            if not 0 <= start <= stop <= len(whole):
                raise ValueError(name)
            # As a plain array: the memory map beneath it stays alive with it.
            found[name] = np.asarray(whole[start:stop]).view(kind).reshape(shape)
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is not a whole safetensors file ({error}): copy it again."
        ) from error
    return found


def with_adapter(weights: Mapping[str, Any], adapter: Mapping[str, Any]) -> Arrays:
    """`weights` with ``up @ down`` added to each linear part that `adapter` names.

    Args:
        weights: Arrays by name, (out, in) where they are linear parts.
        adapter: ``NAME.down`` (rank, in) and ``NAME.up`` (out, rank) of the part ``NAME.weight``,
            of any floating-point type; see :func:`engine.tuning.adapter.merge_adapter`.

    Raises:
        InputError: a part is not there or has another shape.
    """
    merged = dict(weights)
    for down_name in adapter:
        if not down_name.endswith(".down"):
            continue
        part = down_name.removesuffix(".down")
        weight, up = weights.get(f"{part}.weight"), adapter.get(f"{part}.up")
        down = np.asarray(adapter[down_name], dtype=np.float32)
        if weight is None or up is None or weight.shape != (up.shape[0], down.shape[1]):
            raise InputError(
                f"The adapter does not fit this encoder: there is no part {part} of its size."
            )
        merged[f"{part}.weight"] = weight + np.asarray(up, dtype=np.float32) @ down
    return merged
