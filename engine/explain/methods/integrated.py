"""Texts in, Integrated Gradients of their embeddings out: packed, many texts and steps at a time.

Sundararajan, Taly and Yan 2017, arXiv:1703.01365: the gradient by the embeddings, averaged along
the straight way from a baseline to the text, times the way. What it gives sums to
f(x) - f(baseline), but for the error of the average, the convergence delta. It is what Captum's
LayerIntegratedGradients computes for a layer of word embeddings, without its hooks, padding and
second pass; a text whose delta is too large is done again with half as many points more, laid where
its answer was seen to change.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.quadrature import CENTRES, rule
from engine.explain.methods.ways import Ways
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.progress import SILENT, Progress

NAME = "integrated gradients"
STEPS, BOUND, MOST_STEPS = 14, 0.02, 256


def integrated_gradients(
    subject: Subject,
    readings: Sequence[Reading],
    targets: Sequence[Target],
    *,
    baseline: Baseline | None = None,
    steps: int = STEPS,
    bound: float = BOUND,
    most: int = MOST_STEPS,
    plain: bool = False,
    progress: Progress = SILENT,
) -> list[Attribution]:
    """One attribution a text, in their order.

    Args:
        subject: What is explained.
        readings: The texts.
        targets: The number to explain of each.
        baseline: What they are compared with; PAD tokens by default.
        steps: Points of the integral to begin with.
        bound: A delta above this share of \\|f(x) - f(baseline)\\| asks for half the points more.
        most: Points at most; what is above the bound then is told by its delta.
        plain: Plain Gauss-Legendre points, which take about twice as many.
        progress: Is advanced by texts.

    Raises:
        InputError: see :func:`baseline_embeds`.
    """
    began = time.perf_counter()
    against = baseline or Baseline()
    ways = Ways(subject, readings, targets, against)
    centre = None if plain else CENTRES[against.kind]
    values, bases = ways.ends()
    found: dict[int, Attribution] = {}
    todo = [(place, rule(steps, centre)) for place in range(len(readings))]
    while todo:
        again = []
        more = steps + steps // 2
        for (place, points), tokens, slopes in zip(todo, *ways.integrals(todo), strict=True):
            reading = readings[place]
            one = found[place] = Attribution(
                method=NAME,
                reading=reading,
                target=targets[place],
                scores=reading.by_word(tokens),
                value=float(values[place]),
                base=float(bases[place]),
                rest=float(tokens[reading.owner < 0].sum()),
                complete=True,
                steps=steps,
                kernel=subject.kernel,
            )
            if one.relative_delta > bound and more <= most:
                steepest = float(points.alphas[np.abs(slopes).argmax()])
                again.append((place, rule(more, None if plain else round(steepest, 2))))
            else:
                progress.advance(1)
        todo, steps = again, more
    seconds = (time.perf_counter() - began) / max(len(readings), 1)
    return [replace(found[place], seconds=seconds) for place in range(len(readings))]
