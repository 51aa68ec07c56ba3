"""Texts and what they are compared with in, gradients along the way from one to the other out.

The ways of all texts are cut into batches of like lengths, many points and texts in each. Only ids
are held; embeddings are looked up for a batch at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.encoder.packing import Ints, PackedBatch
from engine.explain.methods.baseline import Baseline, baseline_ids
from engine.explain.methods.quadrature import Rule
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target

Floats = NDArray[np.float32]

_BUDGET, _BUDGET_CUDA = 1024, 65_536
"""Tokens of a batch with gradients."""


class Ways:
    """The straight ways in embedding space from n baselines to n texts.

    Raises:
        InputError: see :func:`engine.explain.methods.baseline.baseline_embeds`.
    """

    def __init__(
        self,
        subject: Subject,
        readings: Sequence[Reading],
        targets: Sequence[Target],
        baseline: Baseline,
    ) -> None:
        self._subject, self._targets = subject, targets
        nothing = [np.zeros(0, dtype=np.int32)]
        self._ids = np.concatenate([*nothing, *(one.ids for one in readings)])
        starts = [baseline_ids(subject, one, baseline) for one in readings]
        self._starts = np.concatenate([*nothing, *starts])
        self._lengths = np.array([len(one.ids) for one in readings], dtype=np.int64)
        self._offsets = np.concatenate([[0], np.cumsum(self._lengths)])

    def ends(self) -> tuple[Floats, Floats]:
        """(n,) the explained number of the texts, and of their baselines."""
        n = len(self._lengths)
        found = np.zeros(2 * n, dtype=np.float32)
        lengths = np.tile(self._lengths, 2)

        def scored(rows: Ints) -> Floats:
            texts = rows % n
            with torch.inference_mode():
                out, into = self._embeds(texts)
                alphas = (rows < n).astype(np.float32)
                embeds = torch.lerp(out, into, self._each(alphas, texts).to(out.dtype))
                scores: Floats = self._scores(texts, embeds).cpu().numpy()
            return scores

        plan = self._subject.batches(lengths, self._subject.budget())
        for rows, scores in zip(plan, self._subject.side_by_side(scored, plan), strict=True):
            found[rows] = scores
        return found[:n], found[n:]

    def integrals(
        self, todo: Sequence[tuple[int, Rule]]
    ) -> tuple[list[Floats], list[NDArray[np.float64]]]:
        """Integrate the gradient of some texts, each by its own rule.

        Returns:
            For each of `todo` (tokens,) float32, the integral times the way; and (points,) float64,
            how fast the explained number changes at each point.
        """
        counts = [len(points.alphas) for _, points in todo]
        owner = np.repeat(np.arange(len(todo)), counts)
        texts = np.array([place for place, _ in todo], dtype=np.int64)[owner]
        alphas = np.concatenate([points.alphas for _, points in todo]).astype(np.float32)
        weights = np.concatenate([points.weights for _, points in todo]).astype(np.float32)
        slopes = np.zeros(len(owner), dtype=np.float64)
        lengths = self._lengths[texts]
        ends = np.concatenate([[0], np.cumsum(self._lengths[[place for place, _ in todo]])])
        total = torch.zeros(int(ends[-1]), device=self._subject.device)

        def gradients(rows: Ints) -> Tensor:
            return self._gradients(texts[rows], alphas[rows])

        on_cpu = self._subject.device.type == "cpu"
        plan = self._subject.batches(lengths, _BUDGET if on_cpu else _BUDGET_CUDA)
        kept = []
        for rows, values in zip(plan, self._subject.side_by_side(gradients, plan), strict=True):
            into = self._device(_ranges(ends[owner[rows]], lengths[rows]))
            total.index_add_(0, into, self._each(weights[rows], texts[rows])[:, 0] * values)
            kept.append(torch.segment_reduce(values, "sum", lengths=self._device(lengths[rows])))
        for rows, sums in zip(plan, kept, strict=True):  # not before: a device would be waited for
            slopes[rows] = sums.cpu().numpy()
        tokens = np.split(total.cpu().numpy(), ends[1:-1])
        return tokens, np.split(slopes, np.cumsum(counts)[:-1])

    def _gradients(self, texts: Ints, alphas: Floats) -> Tensor:
        """(tokens,) the gradient at one point of the way of each text, times the way."""
        with torch.inference_mode(False), torch.enable_grad():
            out, into = self._embeds(texts)
            way = into - out
            embeds = torch.addcmul(out, self._each(alphas, texts).to(way.dtype), way)
            embeds.requires_grad_(True)
            scores = self._scores(texts, embeds)
            (slopes,) = torch.autograd.grad(scores.sum(), embeds)
        return (slopes.float() * way.float()).sum(dim=1)

    def _scores(self, texts: Ints, embeds: Tensor) -> Tensor:
        outputs = self._subject.outputs(packed(self._lengths[texts]), embeds)
        return self._subject.scores(outputs, [self._targets[n] for n in texts])

    def _embeds(self, texts: Ints) -> tuple[Tensor, Tensor]:
        """(tokens, e) of the baselines and of the texts themselves, end to end."""
        where = _ranges(self._offsets[texts], self._lengths[texts])
        return self._subject.embed(self._starts[where]), self._subject.embed(self._ids[where])

    def _each(self, values: Floats, texts: Ints) -> Tensor:
        """(tokens, 1): one value a text, for each of its tokens."""
        return self._device(np.repeat(values, self._lengths[texts])).unsqueeze(1)

    def _device(self, array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._subject.device)


def _ranges(firsts: Ints, lengths: Ints) -> Ints:
    """Ranges of these lengths from these firsts on, end to end."""
    ends = np.cumsum(lengths)
    found: Ints = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
        firsts - (ends - lengths), lengths
    )
    return found


def packed(lengths: NDArray[np.int64]) -> PackedBatch:
    """A batch of texts of these lengths whose tokens are given as embeddings."""
    ends = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=ends[1:])
    positions = np.arange(ends[-1], dtype=np.int32) - np.repeat(ends[:-1], lengths)
    return PackedBatch(
        np.zeros(int(ends[-1]), dtype=np.int32),
        positions.astype(np.int32),
        ends,
        int(lengths.max(initial=0)),
        np.arange(len(lengths)),
    )
