"""A model and some of its scored rows in, their texts as a table, and edits of the chosen, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from engine.data.edits import MOST_WEIGHT, Edit
from engine.data.edits_pending import pending, record, undo
from engine.store import Artifact
from pages._ui.edits_view import waiting
from pages._ui.format import count
from pages._ui.loaders import store
from pages._ui.rows_view import one_row
from pages._ui.texts import plain, short
from pages._ui.versions_view import dataset_of, told

_LIKELY_WEIGHT = 2.0
_TEXT_WIDTH = 640
"""Pixels; what is left of the table is shared among all columns."""


def evidence(
    found: Artifact,
    rows: list[dict[str, Any]],
    *,
    key: str,
    total: int | None = None,
    said: str = "Said",
    sure: str = "Sure",
    sure_help: str = "How sure the classifier was of what it said.",
    draw: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Draw the rows in the caller's order; one chosen is shown in full, all chosen can be edited.

    Args:
        found: The model, or evaluation, that scored them.
        rows: Dicts with row, text, title, label, prediction, confidence (0 to 1) and split.
        key: Unique on the page for what is shown, and the same on each run.
        total: How many there are where `rows` is only the first of them.
        said: What the column of predictions is called.
        sure: What the column of confidences is called.
        sure_help: Its tooltip.
        draw: Shows a row in full, another way than as its plain text.
    """
    if not rows:
        st.caption("No text is like that.")
        return
    dataset = dataset_of(found)
    edits = pending(store(), dataset) if dataset else []
    heads = {"prediction": said, "confidence": sure, "help": sure_help}
    picked = _table(rows, edits, _turn(key), heads)
    if dataset is None:
        st.caption("The dataset is not kept any more, so nothing can be edited.")
        return
    if picked:
        _actions(dataset, picked, edits, key)
    if len(picked) == 1 and draw:
        draw(picked[0])
    elif len(picked) == 1:
        one_row(dataset, picked[0])
    more = total is not None and total > len(rows)
    listed = f"The first {count(len(rows))} of {count(total or 0)}. " if more else ""
    if not picked:
        st.caption(f"{listed}Choose a row to read it in full; choose several to edit them at once.")
    if edits:
        waiting(found, key=key)


def _table(
    rows: list[dict[str, Any]], edits: list[Edit], key: str, heads: dict[str, str]
) -> list[dict[str, Any]]:
    """The table; returns the chosen rows."""
    by_row: dict[int, list[str]] = {}
    for edit in edits:
        by_row.setdefault(edit.row, []).append(told(edit))
    columns: dict[str, list[Any]] = {heads["confidence"]: [row["confidence"] * 100 for row in rows]}
    # A column that says the same on every line says nothing: a confusion cell has two of them.
    for name, field in (("Label", "label"), (heads["prediction"], "prediction")):
        if len({row[field] for row in rows}) > 1 or len(rows) == 1:
            columns[name] = [row[field] for row in rows]
    if any(row["row"] in by_row for row in rows):
        columns["Edit"] = ["; ".join(by_row.get(row["row"], [])) for row in rows]
    columns["Text"] = [short(row["text"], 400) for row in rows]
    event = st.dataframe(
        columns,
        column_config={
            heads["confidence"]: st.column_config.NumberColumn(
                format="%.1f %%", width=80, help=heads["help"]
            ),
            "Label": st.column_config.TextColumn(width="small"),
            heads["prediction"]: st.column_config.TextColumn(width="small"),
            "Edit": st.column_config.TextColumn(width="small", help="Chosen, not applied yet."),
            "Text": st.column_config.TextColumn(width=_TEXT_WIDTH),
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 353),
        on_select="rerun",
        selection_mode="multi-row",
        key=key,
    )
    return [rows[i] for i in event["selection"]["rows"] if i < len(rows)]


def _actions(dataset: Artifact, picked: list[dict[str, Any]], edits: list[Edit], key: str) -> None:
    """What can be done with the chosen rows; each is written down and nothing is applied yet."""
    chosen = [row["row"] for row in picked]
    mine = [edit for edit in edits if edit.row in set(chosen)]
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", gap="small"):
        note = st.text_input(
            f"Why, for {count(len(chosen), 'chosen text')}", key=f"why-{_turn(key)}", width=240,
            placeholder="Kept with the edit", help="One word to yourself, or to a colleague.",
        )  # fmt: skip
        _suggested(dataset, picked, note, key)
        with st.popover("Relabel to…", icon=":material/sell:"):
            _relabel(dataset, chosen, note, key)
        if st.button(
            "Exclude", key=f"exclude-{key}", icon=":material/block:",
            help="Leave these texts out of the next version of the dataset.",
        ):  # fmt: skip
            _do(dataset, chosen, key, action="exclude", note=note)
        with st.popover("Weight…", icon=":material/scale:"):
            _weight(dataset, chosen, note, key)
        if mine and st.button(
            "Undo", key=f"undo-{key}", icon=":material/undo:",
            help="Take the edits of the chosen texts away.",
        ):  # fmt: skip
            undo(store(), dataset, mine)
            _turn(key, on=True)
            st.rerun()


def _suggested(dataset: Artifact, picked: list[dict[str, Any]], note: str, key: str) -> None:
    """One click for what the table itself proposes: the label that was predicted."""
    wrong = [row for row in picked if row["prediction"] != row["label"]]
    if not wrong:
        return
    names = sorted({row["prediction"] for row in wrong})
    label = f"Relabel to {plain(names[0])}" if len(names) == 1 else "Relabel as suggested"
    if st.button(
        label, key=f"suggested-{key}", type="primary", icon=":material/done_all:",
        help="Give each chosen text the label that was predicted for it.",
    ):  # fmt: skip
        for name in names:
            mine = [row["row"] for row in wrong if row["prediction"] == name]
            record(store(), dataset, mine, action="relabel", value=name, note=note)
        _done(len(wrong), key)


def _relabel(dataset: Artifact, chosen: list[int], note: str, key: str) -> None:
    label = st.selectbox(
        "Label", sorted(dataset.facts.get("labels", {})), index=None, accept_new_options=True,
        key=f"label-{key}", placeholder="Choose, or type a new one",
        help="A label that is typed anew becomes a new category.",
    )  # fmt: skip
    if st.button("Relabel", key=f"relabel-{key}", type="primary", disabled=not label):
        _do(dataset, chosen, key, action="relabel", value=str(label), note=note)


def _weight(dataset: Artifact, chosen: list[int], note: str, key: str) -> None:
    weight = st.number_input(
        "Counts how many times", min_value=0.01, max_value=MOST_WEIGHT, value=_LIKELY_WEIGHT,
        key=f"weight-{key}", format="%g",
        help="2 teaches as two such texts would, 0.5 half as much; 1 is usual.",
    )  # fmt: skip
    if st.button("Set the weight", key=f"weigh-{key}", type="primary"):
        _do(dataset, chosen, key, action="weight", value=weight, note=note)


def _do(dataset: Artifact, chosen: Iterable[int], key: str, **edit: Any) -> None:
    rows = list(chosen)
    record(store(), dataset, rows, **edit)
    _done(len(rows), key)


def _done(n: int, key: str) -> None:
    st.toast(f"Noted for {count(n, 'text')}; nothing is changed until you apply.")
    _turn(key, on=True)
    st.rerun()


def _turn(key: str, *, on: bool = False) -> str:
    """The table's key; the next one has nothing chosen in it, and an empty note beside it."""
    name = f"evidence-turn-{key}"
    if on:
        st.session_state[name] = st.session_state.get(name, 0) + 1
    return f"evidence-{key}-{st.session_state.get(name, 0)}"
