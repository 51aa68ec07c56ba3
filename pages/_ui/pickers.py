"""A kind of artifact in, the one the person chose out; the choice stands in the address."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.store import Artifact
from pages._ui import words
from pages._ui.empty import empty
from pages._ui.format import count
from pages._ui.loaders import artifact, store

_FIRST_STEPS = {
    "dataset": ("Bring a file, or try a sample set, on the Data page.", "data", "Go to Data"),
    "model": ("Train a classifier on a labelled dataset first.", "train", "Go to Train"),
    "source": ("Bring a file on the Data page.", "data", "Go to Data"),
}


def artifact_picker(
    kind: str,
    label: str,
    *,
    key: str = "",
    help: str | None = None,
    where: Callable[[Artifact], bool] = lambda _: True,
    missing: str = "",
) -> Artifact | None:
    """A select box of the artifacts of `kind`, newest first; None and an empty state without any.

    The choice is the query parameter `key` (the kind, where `key` is empty): ``?dataset=ag-news``
    opens the page on it, a change is written back, and pages of one session remember it.

    Args:
        kind: Kind of the artifacts.
        label: Label of the box.
        key: Query parameter, and state of the widget.
        help: Tooltip.
        where: Only the artifacts for which this is true are offered.
        missing: Sentence of the empty state when artifacts of the kind exist but none fits `where`.
    """
    key = key or kind
    everything = store().artifacts(kind)
    offered = {a.key: a for a in everything if where(a)}
    if not offered:
        sentence, page, link = _FIRST_STEPS.get(kind, ("", "", ""))
        if everything and missing:
            sentence = missing
        empty(f"No {words.kind(kind).lower()} yet", sentence, to=page, label=link)
        return None
    wanted = artifact(st.query_params.get(key), kind)
    if st.query_params.get(key) and (wanted is None or wanted.key not in offered):
        st.info("What the address names is not here any more; another one is shown.")
        del st.query_params[key]
    remembered = st.session_state.get(f"last-{key}", "")
    chosen = wanted.key if wanted else remembered
    widget = f"pick-{key}"
    st.session_state[widget] = chosen if chosen in offered else next(iter(offered))

    def keep() -> None:
        st.query_params[key] = st.session_state[widget]

    picked = st.selectbox(
        label,
        list(offered),
        format_func=lambda k: describe(offered[k]),
        key=widget,
        help=help,
        on_change=keep,
    )
    st.session_state[f"last-{key}"] = picked
    return offered[picked]


def describe(found: Artifact) -> str:
    """One line for a list: name, what it holds, when it was made.

    Not how long ago: Streamlit knows an option by its words, so they must not change by themselves.
    """
    parts = [found.title]
    if rows := found.facts.get("rows"):
        parts.append(count(rows, "row"))
    if isinstance(labels := found.facts.get("labels"), dict) and labels:
        parts.append(count(len(labels), "label"))
    if (accuracy := found.facts.get("accuracy")) is not None:
        parts.append(f"accuracy {accuracy:.3f}")
    made = found.manifest.created.astimezone()
    return " · ".join([*parts, f"{made.day} {made:%b %Y, %H:%M}"])
