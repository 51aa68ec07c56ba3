"""A word that is leaned on in, texts of the other categories with it in them, as edits, out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from engine.data.edits_pending import record_texts
from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.edits_view import waiting
from pages._ui.format import count
from pages._ui.loaders import store
from pages._ui.texts import plain
from pages._ui.versions_view import dataset_of

if TYPE_CHECKING:
    from engine.explain.corpus.leans import Lean
    from engine.explain.what_if.put_in import Counterfactual

_MOST, _SHOWN = 1_000, 50


def put_in_view(model: Artifact, explained: Artifact, lean: Lean) -> None:
    """Draw how to unlearn a word: a preview, and a button that notes all of the texts as edits.

    Args:
        model: What leans on the word.
        explained: The dataset it was seen on; its own, where that is here, is what is edited.
        lean: The word, and what it speaks for.
    """
    word, category = lean.word, lean.category
    part = st.expander(
        f"Unlearn “{plain(word)}”: put it into texts of the other categories",
        icon=":material/school:", key=f"put-in-{word}-{category}", on_change="rerun",
    )  # fmt: skip
    if part.open:
        with part, boundary():
            _chosen(model, explained, word, category, _taught_by(lean))


def _chosen(model: Artifact, explained: Artifact, word: str, category: str, taught_by: int) -> None:
    dataset = dataset_of(model) or explained
    st.markdown(
        plain(
            f"Once texts of other categories hold the word too, it is no sign of {category} any "
            "more. These are training texts of the others with the word put in; their labels stay. "
            "Add them only where a person would still label them so."
        )
    )
    most = st.number_input(
        "How many", 1, _MOST, min(max(taught_by, 1), _MOST), width=160,
        key=f"put-in-most-{word}-{category}",
        help="About as many as taught it: "
        f"{count(taught_by, 'training text')} of {plain(category)} hold the word. Fewer take "
        "away a part of the fault only.",
    )  # fmt: skip
    texts = _made(str(dataset.path / "rows.parquet"), word, category, int(most))
    st.dataframe(
        {
            "Row": [one.row for one in texts[:_SHOWN]],
            "Label": [one.label for one in texts[:_SHOWN]],
            "Text": [_around(one.text, word) for one in texts[:_SHOWN]],
        },
        column_config={
            "Row": st.column_config.NumberColumn(width=70),
            "Text": st.column_config.TextColumn(width=640),
        },
        hide_index=True,
        height=min(38 + 35 * len(texts), 213),
    )
    if st.button(
        f"Note {count(len(texts), 'edit')}", type="primary", icon=":material/add:",
        key=f"put-in-note-{word}-{category}",
    ):  # fmt: skip
        record_texts(
            store(), dataset, [(one.row, one.text, one.label) for one in texts],
            note=f"“{word}” speaks for {category} by accident",
        )  # fmt: skip
        st.toast("Noted; nothing is changed until you apply.")
    waiting(model if dataset_of(model) else dataset, key=f"put-in-{word}-{category}")


def _taught_by(lean: Lean) -> int:
    """Training texts of the category that hold the word."""
    from engine.explain.corpus.goes_with import LEARNT

    return sum(part.hits for part in lean.parts if part.name == LEARNT)


@st.cache_data(max_entries=8, show_spinner="Choosing texts")
def _made(rows: str, word: str, category: str, most: int) -> list[Counterfactual]:
    from engine.explain.what_if.put_in import counterfactuals

    return counterfactuals(Path(rows), word, category, most=most)


def _around(text: str, word: str, width: int = 160) -> str:
    """What stands around the word."""
    from engine.explain.what_if.put_in import standing

    found = standing(word).search(text)
    middle = found.start() if found else 0
    first = max(0, middle - width // 2)
    last = first + width
    return ("… " if first else "") + text[first:last] + (" …" if last < len(text) else "")
