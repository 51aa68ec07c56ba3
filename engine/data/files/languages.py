"""Texts of a new file and texts known before in, a sentence where their languages differ out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

_TEXTS = 200
_TELLABLE = 20
_SEEN = 0.05
"""Share of the training texts from which on a language counts as known."""
_FOREIGN = 0.2
"""Share of texts in other languages from which on a person is told."""
_UNKNOWN = ("Too short to tell", "Unclear")


def language_note(
    texts: Sequence[str], trained: Path | None, *, warning: str
) -> tuple[str, dict[str, Any]]:
    """A warning ("" where there is no need of one), and the shares of the languages.

    A language is estimated (lingua, low accuracy mode) from up to 200 texts of each side.

    Args:
        texts: Cleaned texts of the file, some hundreds.
        trained: ``rows.parquet`` of the dataset that was learnt from, where it is here.
        warning: What follows "seem to be in German"; `{known}` stands for the known languages.
    """
    found = _shares(texts)
    facts: dict[str, Any] = {"file": found, "training": {}}
    if trained is None or not trained.is_file() or not found:
        return "", facts
    from engine.data.sample import table_sample

    known = _shares([str(text) for text in table_sample(trained)["text"] if text])
    facts["training"] = known
    foreign = {name: share for name, share in found.items() if known.get(name, 0.0) < _SEEN}
    if not known or sum(foreign.values()) < _FOREIGN:
        return "", facts
    first = max(foreign, key=foreign.__getitem__)
    others = " and other languages" if len(foreign) > 1 else ""
    taught = " and ".join(name for name, share in known.items() if share >= _SEEN)
    share = f"{sum(foreign.values()):.0%}"
    begin = f"About {share} of the texts seem to be in {first}{others}"
    return f"{begin}{warning.format(known=taught)}", facts


def _shares(texts: Sequence[str]) -> dict[str, float]:
    """Share of each language among the texts long enough to tell; {} where too few are."""
    from engine.data.profile import languages

    filled = [text for text in texts if text.strip()]
    step = max(1, len(filled) // _TEXTS)
    sample = filled[::step][:_TEXTS]
    shares = {k: v for k, v in languages(sample)["shares"].items() if k not in _UNKNOWN}
    told = sum(shares.values())
    if told * len(sample) < _TELLABLE:
        return {}
    return {name: round(share / told, 4) for name, share in shares.items()}
