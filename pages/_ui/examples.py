"""A classifier in, a few texts out that it has not learnt from, to try it with."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.store import Artifact
from pages._ui.loaders import store

_MOST = 4
_OF_STARTERS = {
    "positive": [
        "Best coffee I have had in years, and it came a day early.",
        "It does what it says, nothing more. Fine for the price.",
        "The bag arrived torn and half the tea was gone. Asked for a refund twice, no answer.",
        "The packaging is lovely and it came a day early. But the coffee tastes of soap: bitter, "
        "stale, and after two cups I threw it away. Not worth the money.",
    ],
    "Business": [
        "Oil prices fall as winter begins mild and stocks stay full.",
        "Chip maker shows a processor that runs for a week on one charge.",
        "Late goal sends the home side into the final.",
        "Talks on the border dispute resume after a month of silence.",
    ],
}


def examples(found: Artifact) -> list[str]:
    """Texts of the model's own test rows, or written for the starters."""
    if "starter" in found.facts:
        labels = found.facts.get("labels", [])
        return next((texts for label, texts in _OF_STARTERS.items() if label in labels), [])
    dataset = next((a for a in store().inputs(found) if a.kind == "dataset"), None)
    if dataset is None:
        return []
    split = str(found.facts.get("scored_on", "test"))
    return _of_rows(str(found.path), str(dataset.path / "rows.parquet"), split)


@st.cache_data(max_entries=50, show_spinner=False)
def _of_rows(model: str, rows: str, split: str) -> list[str]:
    """A few texts of the model's test rows, one a category."""
    from engine.classify.predictions import example_texts

    return example_texts(Path(model), Path(rows), split=split, limit=_MOST)
