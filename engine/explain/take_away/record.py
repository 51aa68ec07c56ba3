"""An explanation in, everything that is known of it out, ready for JSON."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from engine import __version__
from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.subject import Subject
from engine.explain.take_away.words import word_rows
from engine.explain.trust.report import Trust
from engine.machine import machine


def record(
    subject: Subject,
    attribution: Attribution,
    trust: Trust | None,
    *,
    model: str,
    baseline: Baseline | None = None,
    command: str = "",
) -> dict[str, Any]:
    """The explanation as plain values; what is not known is null.

    Args:
        subject: What was explained.
        attribution: What each word adds.
        trust: How far to believe it.
        model: Name of the classifier, or of the topics.
        baseline: What the text was compared with.
        command: The line that gives the same.
    """
    target, names = attribution.target, subject.names
    made: dict[str, Any] = _plain(
        {
            "model": model,
            "model_key": subject.key,
            "encoder_fingerprint": subject.encoder.fingerprint,
            "text": attribution.reading.text,
            "cut": attribution.reading.cut,
            "tokens": len(attribution.reading.ids),
            "explained": names[target.of],
            "against": None if target.against is None else names[target.against],
            "unit": "log-odds" if subject.odds else "cosine",
            "method": attribution.method,
            "baseline": asdict(baseline) if baseline else None,
            "steps": attribution.steps,
            "value": attribution.value,
            "base": attribution.base,
            "rest": attribution.rest,
            "delta": attribution.delta if attribution.complete else None,
            "words": word_rows(attribution),
            "trust": asdict(trust) if trust else None,
            "seconds": attribution.seconds,
            "kernel": attribution.kernel,
            "command": command,
            "limn": __version__,
            "machine": machine(),
        }
    )
    return made


def _plain(value: Any) -> Any:
    """Values that JSON knows: no nan, no numpy number."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number
