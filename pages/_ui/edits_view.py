"""A model in; the pending edits of its dataset, how to undo them and how to apply them, out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.data.edits import ACTIONS, Edit
from engine.data.edits_pending import frozen, new_labels, pending, pending_file, settle, undo
from engine.data.spec_edit import EditSpec, edited_name
from engine.store import Artifact
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.explain.what_if.mended_view import mended_view
from pages._ui.format import ago, count
from pages._ui.forms import command_line
from pages._ui.loaders import store
from pages._ui.texts import plain, short
from pages._ui.versions_view import (
    dataset_of,
    did_it_help,
    form_like,
    model_of,
    newer_version,
    row_of,
    told,
    train_again,
)

_OPEN = "edits-open"


def edits_bar(found: Artifact) -> None:
    """At the head of a report: pending edits, the newer version, whether an earlier edit helped."""
    dataset, model = dataset_of(found), model_of(found)
    if dataset is None:
        return
    if pending(store(), dataset):
        waiting(found, key="bar")
    elif model:
        newer_version(model, dataset)
    if model and dataset.manifest.stage == "data edit":
        did_it_help(model, dataset)
        mended_view(model, dataset)


def waiting(found: Artifact, *, key: str) -> None:
    """ "3 edits pending", and the button that opens them; nothing where there is none."""
    dataset = dataset_of(found)
    edits = pending(store(), dataset) if dataset else []
    if dataset is None or not edits:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/edit_note: **{count(len(edits), 'edit')} pending** for "
            f"{plain(dataset.title)}: {_kinds(edits)}.",
            width="stretch",
        )
        if st.button("Review and apply", key=f"review-{key}", type="primary"):
            st.session_state[_OPEN] = key
    if st.session_state.get(_OPEN) == key:
        _review(found)


def _close() -> None:
    st.session_state.pop(_OPEN, None)


# Open while the state says so, rather than on the run of the click alone: a run of the whole page
# (a job that ends, say) then does not close it.
@st.dialog("Pending edits", width="large", on_dismiss=_close)
def _review(found: Artifact) -> None:
    with boundary():
        _panel(found)


def _panel(found: Artifact) -> None:
    """The list, how to undo, and how to apply."""
    dataset = dataset_of(found)
    edits = pending(store(), dataset) if dataset else []
    if dataset is None or not edits:
        st.caption("No edit is pending; close this and go on.")
        return
    rows = edit_rows(
        str(dataset.path / "rows.parquet"), tuple(sorted({edit.row for edit in edits}))
    )
    event = st.dataframe(
        {
            "Row": [row_of(edit) for edit in edits],
            "Edit": [told(edit) for edit in edits],
            "Why": [edit.note for edit in edits],
            "Text": [
                short(edit.text or rows.get(edit.row, {}).get("text", ""), 200) for edit in edits
            ],
            "When": [_moment(edit) for edit in edits],
        },
        column_config={"Row": st.column_config.NumberColumn(width=70)},
        hide_index=True,
        height=min(38 + 35 * len(edits), 283),
        on_select="rerun",
        selection_mode="multi-row",
        key=f"pending-{dataset.key}-{len(edits)}",
    )
    chosen = [edits[i] for i in event["selection"]["rows"] if i < len(edits)]
    label = f"Undo {count(len(chosen))} chosen" if chosen else "Undo all"
    if st.button(label, icon=":material/undo:", key="undo-pending"):
        if not undo(store(), dataset, chosen or edits):
            _close()
        st.rerun()
    fresh = new_labels(dataset, edits)
    _warn(edits, rows, fresh)
    _apply(found, dataset, edits, fresh)


def _warn(edits: list[Edit], rows: dict[int, dict[str, Any]], fresh: list[str]) -> None:
    """What a person should know before applying: the test is touched, labels are new."""
    test = [edit for edit in edits if rows.get(edit.row, {}).get("split") == "test"]
    labels = sum(edit.action == "relabel" for edit in test)
    gone = sum(edit.action == "exclude" for edit in test)
    if labels or gone:
        what = [f"change the label of {count(labels, 'test text')}"] if labels else []
        what += [f"take {count(gone, 'test text')} away"] if gone else []
        st.warning(
            f"The edits {' and '.join(what)}. Do so where the label is plainly wrong, not because "
            "the classifier missed it: else the test grows kinder than life.",
            icon=":material/info:",
        )
    if fresh:
        names = ", ".join(plain(name) for name in fresh)
        st.warning(f"New label{'s' * (len(fresh) > 1)}: {names}.", icon=":material/new_label:")


def _apply(found: Artifact, dataset: Artifact, edits: list[Edit], fresh: list[str]) -> None:
    model = model_of(found)
    name = st.text_input(
        "Name of the new version", store().free_name(edited_name(dataset.name or "dataset")),
        key=f"edited-{dataset.key}",
        help="The dataset stays as it is; its edited copy gets this name.",
    ).strip()  # fmt: skip
    spec = EditSpec(
        dataset=dataset.name or dataset.key,
        edits=str(pending_file(store(), dataset)),
        new_labels=fresh,
    )
    again = model is not None and model.manifest.stage == "train"
    with st.container(horizontal=True):
        both = again and st.button(
            "Apply and train again", type="primary", icon=":material/model_training:",
            help="Makes the new version, then trains on it as this classifier was trained.",
        )  # fmt: skip
        only = st.button("Apply", type="secondary" if again else "primary",
                         help="Makes the new version of the dataset; trains nothing.")  # fmt: skip
    command_line(spec)
    if both or only:
        new = _applied(spec, dataset, name)
        _close()
        if both and model is not None:
            wish = f"{new.title}-{model.facts.get('route', 'model')}"
            job = jobs.submit(train_again(model, new), store=store(), name=store().free_name(wish))
            nav.go("train", job=job.id)
        if model is not None:
            nav.go("train", dataset=new.key, **form_like(model))
        nav.go("data", dataset=new.key)


def _applied(spec: EditSpec, dataset: Artifact, name: str) -> Artifact:
    """The new version. Light work, so done here: 200,000 rows took 4 to 8 s on two busy cores."""
    from engine.data.edits import read_edits
    from engine.work import run

    # From a file that nothing changes any more, so that the recorded command stays true.
    path = frozen(store(), dataset)
    with st.spinner("Writing the new version"):
        new = run(spec.model_copy(update={"edits": str(path)}), store=store(), name=name)
    settle(store(), dataset, read_edits(path))
    return new


def _kinds(edits: list[Edit]) -> str:
    """'2 to relabel, 1 to exclude' of pending edits."""
    actions = [edit.action for edit in edits]
    return ", ".join(
        f"{count(actions.count(action))} to {action}" for action in ACTIONS if action in actions
    )


def _moment(edit: Edit) -> str:
    try:
        return ago(datetime.fromisoformat(edit.when))
    except ValueError:
        return ""


@st.cache_data(max_size="16mb", show_spinner=False)
def edit_rows(path: str, rows: tuple[int, ...]) -> dict[int, dict[str, Any]]:
    """Text and split of some rows, by row."""
    from engine.data import table

    found = table.page(
        Path(path), columns=("row", "text", "split"), where={"row": list(rows)}, limit=len(rows)
    )
    return {one["row"]: one for one in found.to_pylist()}
