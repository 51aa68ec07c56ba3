"""A text in, DeepLift of a model without attention out.

DeepLift (Shrikumar, Greenside and Kundaje 2017, arXiv:1704.02685) needs a rule for every step that
is not linear. There is none for LayerNorm and for the product of queries and keys, so it is only
offered where texts become a mean of stored vectors, read by linear layers and activations.
"""

from __future__ import annotations

import time

import torch
from torch import Tensor, nn

from engine.encoder.draft import DraftEncoder
from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target

_RULES = (nn.Linear, nn.ReLU, nn.Tanh, nn.GELU)


class _Margin(nn.Module):
    """Vectors to the explained number, (n, 1)."""

    def __init__(self, read: nn.Module, target: Target) -> None:
        super().__init__()
        self.read, self.target = read, target

    def forward(self, vectors: Tensor) -> Tensor:
        out: Tensor = self.read(vectors)
        mine = out[:, self.target.of : self.target.of + 1]
        if self.target.against is None:
            return mine
        return mine - out[:, self.target.against : self.target.against + 1]


def deeplift(subject: Subject, reading: Reading, target: Target) -> Attribution:
    """Captum's DeepLift against an empty text, whose vector is 0.

    A vector is the sum of its tokens' stored vectors over its length, so what DeepLift gives a
    vector falls on its tokens exactly; the length itself is taken as given, as Ali et al. 2022
    (arXiv:2202.07304) do for normalisation.

    Raises:
        InputError: the encoder has attention, the head a step without a rule, or one category is to
            be explained against all others, which are joined by a step without a rule.
    """
    read = _allowed(subject, target)
    began = time.perf_counter()
    embeds = subject.embed(reading.ids).float()
    total = embeds.sum(dim=0, keepdim=True)
    length = total.norm().clamp_min(1e-12)
    vector, nothing = total / length, torch.zeros_like(total)
    margin = _Margin(read, target)
    by_vector = _by_vector(subject, margin, vector, nothing)
    with torch.no_grad():
        value, base = (float(margin(one)) for one in (vector, nothing))
        tokens = (embeds / length) @ by_vector[0]
    values = tokens.cpu().numpy()
    return Attribution(
        method="deeplift",
        reading=reading,
        target=target,
        scores=reading.by_word(values),
        value=value,
        base=base,
        rest=float(values[reading.owner < 0].sum()),
        complete=True,
        steps=1,
        seconds=time.perf_counter() - began,
        kernel=subject.kernel,
    )


def _by_vector(subject: Subject, margin: nn.Module, vector: Tensor, nothing: Tensor) -> Tensor:
    """(1, width) multipliers: what each coordinate of the vector adds, by one unit of it."""
    from captum.attr import DeepLift
    from captum.attr._core.deep_lift import SUPPORTED_NON_LINEAR, nonlinear

    # Its rule for activations that work number by number holds for GELU, which it does not list.
    SUPPORTED_NON_LINEAR.setdefault(nn.GELU, nonlinear)
    with subject.lock, torch.inference_mode(False), torch.enable_grad():
        explainer = DeepLift(margin, multiply_by_inputs=False)
        found: Tensor = explainer.attribute(vector.clone().requires_grad_(), nothing.clone())
    return found.detach()


def _allowed(subject: Subject, target: Target) -> nn.Module:
    if not isinstance(subject.encoder, DraftEncoder):
        raise InputError(
            "DeepLift has no rule for LayerNorm and for the products of attention, so it would "
            "not be true of this encoder: take integrated gradients, which needs none."
        )
    read = subject.read
    if not isinstance(read, nn.Module) or not all(isinstance(one, _RULES) for one in _steps(read)):
        raise InputError(
            "DeepLift has no rule for a step of this model's head: take integrated gradients."
        )
    if subject.odds and target.against is None and len(subject.names) > 1:
        raise InputError(
            "DeepLift explains one category against another: choose which one to compare with."
        )
    return read


def _steps(read: nn.Module) -> list[nn.Module]:
    return [one for one in read.modules() if not isinstance(one, nn.Sequential)]
