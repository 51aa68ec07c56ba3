"""A reading in, what it is compared with out: the embeddings of a text that says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from torch import Tensor

from engine.encoder.packing import Ints
from engine.errors import InputError
from engine.explain.reading import Reading, read
from engine.explain.subject import Subject

BaselineKind = Literal["pad", "mask", "zero", "text"]
KINDS: tuple[BaselineKind, ...] = get_args(BaselineKind)


@dataclass(frozen=True)
class Baseline:
    """What stands in place of each token of a text; the encoder's own (CLS, SEP) stay.

    pad and mask: that token's embedding. zero: no embedding at all. text: the tokens of `text`,
    again and again until they fill the place. PAD explained truest of the first three where it was
    measured, on reviews and tweets (benchmarks/explain_faithfulness.py, explain_plausibility.py).
    """

    kind: BaselineKind = "pad"
    text: str = ""


NOTHING = -1
"""In place of a token's id where there is no embedding at all."""


def baseline_embeds(subject: Subject, reading: Reading, baseline: Baseline) -> Tensor:
    """(tokens, e) embeddings of what `reading` is compared with.

    Raises:
        InputError: this encoder's tokenizer has no such token, or the neutral text is empty.
    """
    return subject.embed(baseline_ids(subject, reading, baseline))


def baseline_ids(subject: Subject, reading: Reading, baseline: Baseline) -> Ints:
    """(tokens,) int32 ids of the tokens that stand in place of those of `reading`, or NOTHING.

    Raises:
        InputError: see :func:`baseline_embeds`.
    """
    if baseline.kind == "zero":
        instead: Ints = np.full(len(reading.ids), NOTHING, dtype=np.int32)
    elif baseline.kind == "text":
        if not baseline.text.strip():
            raise InputError("Type the neutral text to compare with, or choose another baseline.")
        neutral = read(subject, baseline.text)
        instead = np.resize(neutral.ids[neutral.owner >= 0], len(reading.ids))
    else:
        instead = np.full(len(reading.ids), token_id(subject, baseline.kind), dtype=np.int32)
    found: Ints = np.where(reading.owner >= 0, instead, reading.ids).astype(np.int32)
    return found


def token_id(subject: Subject, kind: str) -> int:
    """The id of the tokenizer's "pad", "mask" or "unk" token.

    Raises:
        InputError: the tokenizer has none.
    """
    config: dict[str, Any] = subject.special_tokens
    if kind not in config:
        raise InputError(
            f"This encoder's tokenizer has no {kind.upper()} token: choose another baseline."
        )
    return int(config[kind])


def baseline_kinds(subject: Subject) -> tuple[BaselineKind, ...]:
    """Those of pad, mask and zero that this encoder's tokenizer allows."""
    return tuple(one for one in KINDS if one == "zero" or one in subject.special_tokens)
