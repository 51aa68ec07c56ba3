"""Two subjects that differ in their attention kernel in, how far their explanations agree out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.encoder.attention.kernels import FLASH_KERNELS
from engine.encoder.attention.observe import observed_kernels
from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.ranks import rank_correlation
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target


@dataclass(frozen=True, eq=False)
class KernelAgreement:
    """One text explained on two kernels.

    Attributes:
        kernels: Their names.
        ran: The attention operators that the profiler saw, forward and backward, of each.
        attributions: Both.
        rank: Spearman's correlation of the words' scores; nan for a single word.
        largest: Largest difference of a score, as a share of the largest score.
        value: Difference of f(x).
    """

    kernels: tuple[str, str]
    ran: tuple[list[str], list[str]]
    attributions: tuple[Attribution, Attribution]
    rank: float
    largest: float
    value: float

    @property
    def flash_ran(self) -> bool:
        """Whether a flash kernel was seen, forward and backward, wherever one was named."""
        return all(
            any("flash" in op and "backward" not in op for op in ran)
            and any("flash" in op and "backward" in op for op in ran)
            for kernel, ran in zip(self.kernels, self.ran, strict=True)
            if kernel in FLASH_KERNELS
        )


def kernel_agreement(
    subject: Subject,
    other: Subject,
    reading: Reading,
    target: Target,
    *,
    baseline: Baseline | None = None,
    steps: int = 24,
) -> KernelAgreement:
    """Integrated Gradients at the same points on both, and what the profiler saw of each.

    Raises:
        InputError: the two do not answer for the same categories or topics.
    """
    if subject.names != other.names:
        raise InputError("The two answer for different categories, so nothing can be compared.")
    found, ran = [], []
    for one in (subject, other):
        found.append(
            integrated_gradients(
                one, [reading], [target], baseline=baseline, steps=steps, most=steps
            )[0]
        )
        ran.append(observed(one, reading, target, baseline))
    mine, theirs = (one.scores for one in found)
    return KernelAgreement(
        kernels=(subject.kernel, other.kernel),
        ran=(ran[0], ran[1]),
        attributions=(found[0], found[1]),
        rank=rank_correlation(mine, theirs),
        largest=float(np.abs(mine - theirs).max() / max(float(np.abs(theirs).max()), 1e-12)),
        value=found[0].value - found[1].value,
    )


def observed(
    subject: Subject, reading: Reading, target: Target, baseline: Baseline | None = None
) -> list[str]:
    """Names of the attention operators that explaining a text runs, forward and backward."""
    alone = replace(subject, workers=1)  # the profiler sees the thread it is started in

    def run() -> None:
        integrated_gradients(alone, [reading], [target], baseline=baseline, steps=2, most=2)

    return observed_kernels(run)
