"""Files become datasets here: bring a file, choose its columns, look at what came of it.

The address says where a person is: nothing (the list), ?job= (a job is at work), ?source= (choose
columns), ?dataset= (look at one).
"""

from __future__ import annotations

import streamlit as st

from engine.jobs import Job, State
from engine.store import Artifact
from pages._ui import nav
from pages._ui.bring import bring
from pages._ui.choose import choose, source_title
from pages._ui.dataset_view import dataset_title, dataset_view
from pages._ui.format import ago, count, size
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import artifact, store
from pages._ui.texts import plain

_MAKES = {"data import": "source", "data fetch": "source", "data add": "dataset"}


def page() -> None:
    """Draw the page."""
    asked = st.query_params
    if job_id := asked.get("job"):
        _at_work(job_id)
        return
    if reference := asked.get("dataset"):
        if found := artifact(reference, "dataset"):
            with st.container(gap=None):
                _back("All datasets")
                dataset_title(found)
            dataset_view(found)
            return
        st.info("The dataset of this address is not here any more.")
    elif reference := asked.get("source"):
        if found := artifact(reference, "source"):
            with st.container(gap=None):
                _back("Another file")
                source_title(found)
            choose(found)
            return
        st.info("The file of this address is not here any more; bring it again.")
    _overview(new="new" in asked)


def _overview(*, new: bool) -> None:
    datasets = store().artifacts("dataset")
    st.title("Data", anchor=False)
    if datasets and not new:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                "Your datasets. Open one to read its rows, profile and audit.", width="stretch"
            )
            if st.button("Bring a file", type="primary", icon=":material/add:"):
                st.query_params["new"] = "1"
                st.rerun()
        with st.grid(3, min_column_width=280):
            for found in datasets:
                _card(found)
        return
    if datasets:
        _back("All datasets")
    st.markdown(
        "Bring texts from a file. Limn finds the text, title, label and date columns, and you "
        "can correct it before anything is added."
    )
    bring()


def _card(found: Artifact) -> None:
    facts = found.facts
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(found.title)}**")
        about = [count(facts.get("rows", 0), "row")]
        if labels := facts.get("labels"):
            about.append(count(len(labels), "label"))
        about += [size(found.bytes), ago(found.manifest.created)]
        st.caption(" · ".join(about))
        if st.button("Open", key=f"open-{found.key}", help=f"Open {plain(found.title)}"):
            nav.stay(dataset=found.key)


def _at_work(job_id: str) -> None:
    job = job_monitor_of(job_id)
    if job is None:
        return
    if job.state in (State.DONE, State.STOPPED):
        kind = _MAKES.get(job.request.verb, "dataset")
        key = str(job.status.result.get(kind, ""))
        nav.stay(**{kind: key})
    elif job.active:
        st.caption("You can leave this page or close the browser; the work goes on.")
    else:
        _back("Bring another file")


def job_monitor_of(job_id: str) -> Job | None:
    """The monitor, under a title that says what is being made."""
    st.title("Data", anchor=False)
    return job_monitor(job_id)


def _back(label: str) -> None:
    if st.button(label, type="tertiary", icon=":material/arrow_back:", key="back"):
        nav.stay(**({} if label == "All datasets" else {"new": "1"}))


nav.show(page)
