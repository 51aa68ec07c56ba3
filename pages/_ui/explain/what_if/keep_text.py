"""A changed text in, a row more to learn from out: noted as an edit of the dataset."""

from __future__ import annotations

import streamlit as st

from engine.data.edits import NO_ROW, is_held_out
from engine.data.edits_pending import record_text
from engine.store import Artifact
from pages._ui.edits_view import edit_rows, waiting
from pages._ui.explain.what_if import changing
from pages._ui.loaders import store
from pages._ui.texts import plain


def keep_text(found: Artifact, dataset: Artifact, text: str, said: str) -> None:
    """Draw the form that adds `text` to what is learnt from, with the label a person gives it."""
    with st.expander("Teach it: add the changed text to the data", icon=":material/school:"):
        row = _origin(dataset)
        labels = sorted(dataset.facts.get("labels", {}))
        # Anew after each step: the label of one text is no answer for another.
        label = st.selectbox(
            "Its right label", labels, index=None, key=f"keep-label-{changing.steps()}", width=260,
            accept_new_options=True, placeholder=f"Choose; it says {said}",
            help="What a person would say of the text as it stands in the box above.",
        )  # fmt: skip
        note = st.text_input("Why", key="keep-note", placeholder="Kept with the edit", width=420)
        out = _held_out(dataset, row)
        if st.button(
            "Note it as an edit", type="primary", icon=":material/add:", disabled=not label
        ):
            record_text(
                store(), dataset, text, label=str(label), row=row, exclude_row=out, note=note
            )
            st.toast("Noted; nothing is changed until you apply.")
        made = f"a counterfactual of row {row:,}" if row != NO_ROW else "a text of its own"
        st.caption(
            plain(
                f"It becomes {made} in the next version of {dataset.title}: learnt from, never "
                "tested on."
            )
        )
        waiting(found if found.manifest.inputs.get("dataset") else dataset, key="keep")


def _origin(dataset: Artifact) -> int:
    """The row that is explained, where the address names one of this dataset."""
    named, row = st.query_params.get("dataset", ""), st.query_params.get("row", "")
    mine = named in (dataset.key, dataset.name) and row.isdigit()
    return int(row) if mine and _split(dataset, int(row)) else NO_ROW


def _split(dataset: Artifact, row: int) -> str:
    rows = edit_rows(str(dataset.path / "rows.parquet"), (row,))
    return str(rows.get(row, {}).get("split", ""))


def _held_out(dataset: Artifact, row: int) -> bool:
    """Whether the row is to leave the test for it; asked where it is held out."""
    if row == NO_ROW or not is_held_out(split := _split(dataset, row)):
        return False
    return st.checkbox(
        f"Leave row {row:,} out of the next version", value=True, key="keep-out",
        help=f"It is a {split} text: what learns from a text made of it would be tested on nearly "
        "the same words.",
    )  # fmt: skip
