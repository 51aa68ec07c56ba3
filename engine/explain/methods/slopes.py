"""Embeddings of texts in, the explained number and its gradient by them out: packed, one pass.

Captum's InputXGradient and Saliency pass texts through one padded forward and one backward; here
many texts of different lengths share both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.encoder.packing import batches
from engine.explain.attribution import Attribution, Floats
from engine.explain.methods.ways import packed
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target


def input_x_gradient(
    subject: Subject, readings: Sequence[Reading], targets: Sequence[Target]
) -> list[Attribution]:
    """Gradient by each embedding times the embedding (Shrikumar et al. 2016, arXiv:1605.01713).

    Signed, summed over the tokens of a word; one attribution a text, in their order.
    """
    began = time.perf_counter()
    embeds = [subject.embed(one.ids) for one in readings]
    values, slopes = slopes_of(subject, embeds, targets)
    found = []
    for reading, target, value, embed, slope in zip(
        readings, targets, values, embeds, slopes, strict=True
    ):
        tokens = (slope * embed.float()).sum(dim=1).cpu().numpy()
        found.append(
            Attribution(
                method="input x gradient",
                reading=reading,
                target=target,
                scores=reading.by_word(tokens),
                value=float(value),
                rest=float(tokens[reading.owner < 0].sum()),
                steps=1,
                seconds=(time.perf_counter() - began) / len(readings),
                kernel=subject.kernel,
            )
        )
    return found


def gradient(
    subject: Subject, readings: Sequence[Reading], targets: Sequence[Target]
) -> list[Attribution]:
    """Length of the gradient by each word's embeddings (Simonyan et al. 2013, arXiv:1312.6034).

    Never below 0: a gradient has no sign of its own by word, only with an input or a direction. The
    L2 norm of the word's tokens together is taken, which Atanasova et al. 2020 (arXiv:2009.13295)
    found truer than their mean.
    """
    began = time.perf_counter()
    values, slopes = slopes_of(subject, [subject.embed(one.ids) for one in readings], targets)
    found = []
    for reading, target, value, slope in zip(readings, targets, values, slopes, strict=True):
        squares = slope.square().sum(dim=1).cpu().numpy()
        found.append(
            Attribution(
                method="gradient",
                reading=reading,
                target=target,
                scores=np.sqrt(reading.by_word(squares)),
                value=float(value),
                steps=1,
                seconds=(time.perf_counter() - began) / len(readings),
                kernel=subject.kernel,
            )
        )
    return found


def slopes_of(
    subject: Subject, embeds: Sequence[Tensor], targets: Sequence[Target]
) -> tuple[Floats, list[Tensor]]:
    """(n,) explained numbers of texts given by their (tokens, e) embeddings, and the gradients.

    Gradients are (tokens, e) float32 each, in the order of the texts.
    """
    values = np.zeros(len(embeds), dtype=np.float32)
    slopes: list[Tensor] = [torch.zeros(0)] * len(embeds)
    lengths = np.array([len(one) for one in embeds], dtype=np.int64)
    for places in batches(lengths, subject.budget(), window=1 << 16):
        with torch.inference_mode(False), torch.enable_grad():
            flat = torch.cat([embeds[i] for i in places]).clone().requires_grad_(True)
            out = subject.outputs(packed(lengths[places]), flat)
            scores = subject.scores(out, [targets[i] for i in places])
            (slope,) = torch.autograd.grad(scores.sum(), flat)
        values[places] = scores.detach().float().cpu().numpy()
        parts = torch.split(slope.float(), lengths[places].tolist())
        for i, part in zip(places.tolist(), parts, strict=True):
            slopes[i] = part
    return values, slopes
