"""A training's spec in; what its first batch looks like and how long it would take out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from engine.classify.auxiliary import with_auxiliary
from engine.classify.beginning import beginning
from engine.classify.examples import Examples, read_examples
from engine.classify.rehearsal.measure import Ints, Meter, Others, measure_reading, measure_scoring
from engine.classify.spec import RehearseSpec
from engine.encoder.tokenizing.files import dataset_tokens
from engine.encoder.tokenizing.tokens import Tokens
from engine.work import Work

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder

_SHOWN = 64
_BUSY = 0.25
"""Share of the processors in use by others from which a measurement is said to be one."""


def build(spec: RehearseSpec, work: Work) -> dict[str, Any]:
    """Take the first steps of a training with weights that are thrown away, and reckon from them.

    Everything is as in the training itself: the same texts, tokens, batches, kernel and optimizer.
    Writes ``batch.json``, the texts of the first batch as they are read. Tokens made here are those
    the training will use; nothing else is kept.

    Returns:
        seconds (of the whole run here, looks and scores included) with seconds_low and
        seconds_high; peak_mib and peak_high_mib (of one process; on a GPU gpu_peak_mib besides);
        parts (seconds of each); measured (tokens and seconds of each step); steps; train_rows;
        truncated (share of the training texts that are cut), tokens_mean, tokens_p95,
        tokens_longest, limit; mix (category to texts in the training split and in the first batch);
        busy (share of the processors that others used); kernel; device.

    Raises:
        InputError: what the training itself would raise.
    """
    others = Others()
    dataset = work.inputs["dataset"]
    examples = with_auxiliary(read_examples(dataset), spec.auxiliary, dataset, work.store)
    for sentence in examples.remarks:
        work.progress.note(sentence)
    begin = beginning(spec, work.inputs)
    work.progress.stage("Reading tokens", total=len(examples.texts), unit="texts")
    tokens = dataset_tokens(work, work.inputs["dataset"].key, begin.encoder, begin.max_length)
    meter = Meter()
    encoder = measure_reading(spec, begin, examples, tokens, work, meter)
    limit = begin.max_length or encoder.max_length
    found: dict[str, Any] = {
        "steps": 0, "measured": [], "kernel": encoder.kernel.name, "device": str(encoder.device),
        "first": examples.where("train")[: spec.batch_size],
    }  # fmt: skip
    if spec.route != "quick":
        from engine.classify.rehearsal.measure_steps import measure_steps

        found = measure_steps(spec, begin, examples, work, meter)
    measure_scoring(spec, examples, meter)
    first = found.pop("first")
    batch = [_as_read(encoder, tokens, examples, int(place), limit) for place in first[:_SHOWN]]
    (work.out / "batch.json").write_text(json.dumps(batch, ensure_ascii=False), encoding="utf-8")
    meter.others = busy = others.share()
    low, high = meter.between
    return {
        "seconds": round(meter.seconds, 2),
        "seconds_low": round(low, 2),
        "seconds_high": round(high, 2),
        "parts": {name: round(seconds, 2) for name, seconds in meter.parts.items()},
        **_memory(examples, encoder),
        **_lengths(examples, tokens),
        "limit": limit,
        "mix": _mix(examples, first),
        "batch": len(first),
        "train_rows": len(examples.where("train")),
        "route": spec.route,
        "encoder": spec.encoder,
        "busy": round(busy, 2) if busy > _BUSY else 0.0,
        **found,
    }


def _as_read(
    encoder: Encoder, tokens: Tokens, examples: Examples, place: int, limit: int
) -> dict[str, Any]:
    """One text of the first batch: as it was cleaned, up to where it is read, and as tokens."""
    at = int(examples.places[place])
    text, cut = examples.texts[place], bool(tokens.truncated[at])
    read = encoder.tokenizer.backend.decode(tokens[at].tolist(), skip_special_tokens=True)
    return {
        "row": int(examples.rows[place]),
        "label": examples.labels[examples.targets[place]],
        "text": text,
        "read": read,
        "ends": _ends(encoder, text, limit) if cut else len(text),
        "tokens": len(tokens[at]),
        "cut": cut,
        "weight": float(examples.weights[place]),
    }


def _ends(encoder: Encoder, text: str, limit: int) -> int:
    """Characters of a text that is cut which are read."""
    recipe, backend = encoder.recipe, encoder.tokenizer.backend
    own = type(backend).from_str(backend.to_str())
    own.no_padding()
    own.enable_truncation(limit)
    found = own.encode(recipe.prompt + (text.lower() if recipe.lower else text))
    ends = [end for (_, end), added in zip(found.offsets, found.special_tokens_mask, strict=True)
            if not added]  # fmt: skip
    return max(0, max(ends, default=0) - len(recipe.prompt))


def _lengths(examples: Examples, tokens: Tokens) -> dict[str, Any]:
    places = examples.places[examples.where("train")]
    lengths = tokens.lengths[places]
    return {
        "truncated": round(float(np.mean(tokens.truncated[places])), 4),
        "tokens_mean": round(float(lengths.mean()), 1),
        "tokens_p95": int(np.percentile(lengths, 95)),
        "tokens_longest": int(lengths.max()),
    }


def _mix(examples: Examples, first: Ints) -> dict[str, dict[str, int]]:
    whole = Counter(examples.targets[examples.where("train")].tolist())
    batch = Counter(examples.targets[first].tolist())
    return {
        label: {"train": whole[n], "batch": batch[n]} for n, label in enumerate(examples.labels)
    }


def _memory(examples: Examples, encoder: Encoder) -> dict[str, float]:
    """Most memory held so far, which a run reaches too, and what its vectors may add."""
    import torch

    peak = _peak_mib()
    vectors = 3 * len(examples.texts) * encoder.width * 4 / 2**20
    found: dict[str, float] = {
        "peak_mib": round(peak),
        "peak_high_mib": round(1.15 * peak + vectors),
    }
    if encoder.device.type == "cuda":
        found["gpu_peak_mib"] = round(torch.cuda.max_memory_allocated(encoder.device) / 2**20)
    return found


def _peak_mib() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (2**20 if sys.platform == "darwin" else 2**10)
