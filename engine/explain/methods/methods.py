"""A text, a number and the name of a method in, what each word adds to the number out."""

from __future__ import annotations

from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.deeplift import deeplift
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.methods.known import DEFAULT, METHODS, Method, method_called
from engine.explain.methods.occlusion import occlusion, random_scores
from engine.explain.methods.slopes import gradient, input_x_gradient
from engine.explain.methods.surrogates import kernelshap, lime
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.progress import SILENT, Progress

__all__ = ["DEFAULT", "METHODS", "Method", "explain", "method_called"]


def explain(
    subject: Subject,
    reading: Reading,
    target: Target,
    *,
    method: str = DEFAULT,
    baseline: Baseline | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Attribution:
    """One attribution, by any of :data:`METHODS`.

    Args:
        subject: What is explained.
        reading: The text.
        target: The number.
        method: Its short name.
        baseline: What the text is compared with, where the method leaves a choice.
        seed: Of the methods that draw at random.
        progress: Is advanced by 1 when done.

    Raises:
        InputError: no such method; or it cannot explain this model, with the reason.
    """
    name = method_called(method).name
    if name == "integrated gradients":
        return integrated_gradients(
            subject, [reading], [target], baseline=baseline, progress=progress
        )[0]
    found = _by_name(name, subject, reading, target, seed)
    progress.advance(1)
    return found


def _by_name(
    name: str, subject: Subject, reading: Reading, target: Target, seed: int
) -> Attribution:
    match name:
        case "input x gradient":
            return input_x_gradient(subject, [reading], [target])[0]
        case "gradient":
            return gradient(subject, [reading], [target])[0]
        case "occlusion" | "masking":
            return occlusion(subject, reading, target, mask=name == "masking")
        case "kernelshap":
            return kernelshap(subject, reading, target, seed=seed)
        case "lime":
            return lime(subject, reading, target, seed=seed)
        case "deeplift":
            return deeplift(subject, reading, target)
        case _:
            return random_scores(subject, reading, target, seed=seed)
