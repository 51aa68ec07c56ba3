"""The view of the Explain page for a whole dataset: pick, weigh its words as a job, look."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.explain.corpus.cohorts_view import cohorts_view
from pages._ui.explain.corpus.drivers_view import drivers_view
from pages._ui.explain.corpus.first_dataset import first_dataset
from pages._ui.explain.corpus.headline import headline
from pages._ui.explain.corpus.leans_view import leans_view
from pages._ui.explain.corpus.opened import Run, runs_of
from pages._ui.explain.corpus.start import following, start
from pages._ui.explain.corpus.take import take
from pages._ui.explain.in_address import in_address
from pages._ui.format import count
from pages._ui.live_models import bring_starter, other_starters
from pages._ui.pickers import artifact_picker
from pages._ui.texts import plain
from pages._ui.versions_view import dataset_of

_OF = "explain-corpus-of"
_SHOWN: dict[str, tuple[str, Callable[[Run], None]]] = {
    "words": ("What drives each category", drivers_view),
    "leans": ("What it should not lean on", leans_view),
    "cohorts": ("Cohorts", cohorts_view),
}


def corpus_part() -> None:
    """Draw it; ?model=, ?dataset= and ?run= say what is shown, ?explainjob= what is being made."""
    bring_starter()
    if first_dataset():
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container():
            model = artifact_picker("model", "Classifier", help="Whose answers are explained.")
        if model is None:
            return
        _own_dataset_first(model)
        with st.container():
            dataset = artifact_picker(
                "dataset", "Dataset",
                help="The texts whose words are weighed. The one it learnt from comes first; any "
                "other will do, with labels or without.",
            )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        other_starters("model")
    if dataset is None:
        return
    _labels_told(model, dataset)
    if following():
        return
    runs = runs_of(model, dataset)
    if not runs:
        start(model, dataset)
        return
    found = _run(runs)
    with st.expander("Weigh again, with other choices", icon=":material/replay:"), boundary():
        start(model, dataset, again=True)
    _opened(Run(found, model, dataset))


def _own_dataset_first(model: Artifact) -> None:
    """Another classifier brings its own dataset into the box, where that is kept."""
    if st.session_state.get(_OF) == model.key:
        return
    changed = _OF in st.session_state
    st.session_state[_OF] = model.key
    own = dataset_of(model)
    if own and (changed or not st.query_params.get("dataset")):
        st.query_params["dataset"] = own.key


def _labels_told(model: Artifact, dataset: Artifact) -> None:
    """What a person should know of the labels before an hour goes into it."""
    known, there = set(model.facts.get("labels", [])), set(dataset.facts.get("labels", {}))
    if not there:
        st.caption("This dataset has no labels: right and wrong answers cannot be told apart.")
    elif not known & there:
        st.caption(
            plain(
                f"None of this dataset's {count(len(there), 'label')} is a category of the "
                "classifier: its words are weighed for what it says; right and wrong cannot be "
                "told apart."
            )
        )


def _run(runs: list[Artifact]) -> Artifact:
    """The run to look at: the one of the address, else the newest."""
    if len(runs) == 1:
        return runs[0]
    by_key = {one.key: one for one in runs}
    wanted = st.query_params.get("run", "")
    st.session_state["explain-run"] = wanted if wanted in by_key else runs[0].key

    def keep() -> None:
        st.query_params["run"] = st.session_state["explain-run"]

    picked = st.selectbox(
        "Run", list(by_key), key="explain-run", on_change=keep, width=460,
        format_func=lambda key: _described(by_key[key]),
        help="Each way these words were weighed, newest first.",
    )  # fmt: skip
    return by_key[picked]


def _described(found: Artifact) -> str:
    spec, made = found.manifest.spec, found.manifest.created.astimezone()
    parts = [f"{count(found.facts['rows'], 'text')}", spec["method"]]
    if spec["target"] != "predicted":
        parts.append("for their labels")
    if spec["split"] != "all":
        parts.append(f"{spec['split']} rows")
    return " · ".join([*parts, f"{made.day} {made:%b, %H:%M}"])


def _opened(run: Run) -> None:
    headline(run)
    named = {name: words for name, (words, _) in _SHOWN.items()}
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        shown = in_address("What to see", named, param="show")
        take(run)
    with boundary():
        _SHOWN[shown][1](run)
