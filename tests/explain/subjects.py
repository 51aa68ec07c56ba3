"""A folder in, a tiny encoder under a random reader of its vectors out: what tests explain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from engine.encoder.models import load_encoder
from engine.explain.subject import Subject
from tests.tiny import make_tiny_encoder

NAMES = ("bad", "fair", "good")


def tiny_subject(folder: Path, family: str = "bert", *, attention: str = "auto") -> Subject:
    """Three categories by a random head; equal seeds, so equal but for the kernel."""
    if not (folder / "config.json").is_file():
        make_tiny_encoder(folder, family)
    encoder = load_encoder(str(folder), attention=attention)
    weight = torch.from_numpy(
        np.random.default_rng(0).normal(0, 3, (len(NAMES), encoder.width)).astype(np.float32)
    )
    return Subject(
        names=NAMES,
        encoder=encoder,
        read=lambda vectors: torch.nn.functional.linear(vectors, weight),
        odds=True,
    )
