"""Texts and the numbers to explain in, an attribution of each out, by the method asked for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.explain.attribution import Attribution
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.integrated import STEPS, integrated_gradients
from engine.explain.methods.occlusion import occlusion
from engine.explain.methods.slopes import input_x_gradient
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.progress import SILENT, Progress


def attributed(
    subject: Subject,
    readings: Sequence[Reading],
    targets: Sequence[Target],
    spec: ExplainCorpusSpec,
    *,
    progress: Progress = SILENT,
) -> list[Attribution]:
    """One attribution a text, in their order; all go through the encoder packed.

    `progress` is advanced by texts.
    """
    if spec.method == "integrated gradients":
        return integrated_gradients(
            subject,
            readings,
            targets,
            baseline=Baseline(spec.baseline),
            steps=spec.steps or STEPS,
            progress=progress,
        )
    if spec.method == "input x gradient":
        found = input_x_gradient(subject, readings, targets)
        progress.advance(len(found))
        return found
    found = []
    for reading, target in zip(readings, targets, strict=True):
        found.append(occlusion(subject, reading, target))
        progress.advance(1)
    return found
