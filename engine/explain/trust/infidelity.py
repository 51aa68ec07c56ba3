"""Scores and what random changes did to the answer in, how ill the scores foretold it out."""

from __future__ import annotations

import numpy as np
import torch

from engine.explain.attribution import Floats
from engine.explain.trust.chance import Chance


def infidelity(chance: Chance, scores: Floats) -> float:
    """Captum's infidelity (Yeh et al. 2019, arXiv:1901.09392), normalised, as a share.

    A perturbation replaces a fifth of the words, drawn at random, by the baseline; scores foretell
    the loss of the answer by their sum over those words, times one factor that fits best. 0: they
    foretell every loss; 1: none of it, or nothing was lost.
    """
    from captum.metrics import infidelity as of_captum

    there = torch.ones(1, len(scores))
    drawn = torch.from_numpy(chance.drawn).float()
    found = of_captum(
        chance.replaced.tensor,
        lambda inputs: (drawn, inputs - drawn),
        there,
        torch.from_numpy(scores.astype(np.float32)).unsqueeze(0),
        n_perturb_samples=len(drawn),
        normalize=True,
    )
    lost = chance.replaced.whole - chance.replaced(~chance.drawn)
    most = float(np.square(lost).mean())
    return min(max(float(found[0]) / most, 0.0), 1.0) if most > 0 else 1.0


def chance_infidelity(chance: Chance, scores: Floats) -> float:
    """The mean of the same over shuffles of `scores`: random ones with the same spread."""
    return float(
        np.mean([infidelity(chance, rng.permutation(scores)) for rng in chance.generators()])
    )
