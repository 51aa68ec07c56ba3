"""Opened topics in; another dataset added to them for good, as new topics, on the page out.

The address says where a person is: ?addjob= (one job puts the texts together, the next adds them).
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from engine import jobs
from engine.data.spec_append import AppendSpec
from engine.jobs import State
from engine.jobs.record import Job
from engine.store import Artifact
from engine.topics.add.spec import TopicsAddSpec
from pages._ui import nav
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.pickers import describe
from pages._ui.texts import plain
from pages._ui.topics.opened import Opened

ADD_JOB = "addjob"


def new_add(now: Opened) -> None:
    """Draw it."""
    if job_id := st.query_params.get(ADD_JOB):
        if job := job_monitor(job_id, param=ADD_JOB):
            _follow(now, job)
        return
    st.markdown(
        "Add this month's documents to these topics: they are assigned, the words and sizes are "
        "those of all documents, and nothing that is there moves. It makes new topics; these stay."
    )
    offered = _others(now)
    if now.dataset is None or not offered:
        st.caption("There is no other dataset to add; bring the new file in on the Data page.")
        nav.link("data", "Add a dataset")
        return
    key = st.selectbox(
        "Documents to add", list(offered), format_func=lambda k: describe(offered[k]),
        key=f"add-more-{now.artifact.key}",
    )  # fmt: skip
    more = offered[str(key)]
    append = AppendSpec(dataset=now.dataset.key, more=more.key)
    if st.button(
        f"Add {count(more.facts['rows'], 'document')}", type="primary", icon=":material/add:"
    ):
        if here := made(append):
            _add(now, here)
        name = store().free_name(f"{now.dataset.title}-and-{more.title}")
        st.query_params[ADD_JOB] = jobs.submit(append, store=store(), name=name).id
        st.rerun()
    if whole := made(append):
        command_line(_spec(now, whole))
    else:
        command_line(AppendSpec(dataset=now.dataset.title, more=more.title))


def _others(now: Opened) -> dict[str, Artifact]:
    """Datasets with texts of their own, the newest first."""
    own = now.dataset.key if now.dataset else ""
    return {
        one.key: one
        for one in store().artifacts("dataset")
        if one.key != own and one.manifest.stage != "data append"
    }


def _spec(now: Opened, whole: Artifact) -> TopicsAddSpec:
    return TopicsAddSpec(topics=now.artifact.key, dataset=whole.key, edits=now.version)


def _add(now: Opened, whole: Artifact) -> None:
    spec = _spec(now, whole)
    if here := made(spec):
        _open(here.key)
    name = store().free_name(f"{now.artifact.title}-added")
    st.query_params[ADD_JOB] = jobs.submit(spec, store=store(), name=name).id
    st.rerun()


def _follow(now: Opened, job: Job) -> None:
    """From the first job to the second, and from that to the new topics."""
    if job.active:
        st.caption("You can leave this page or close the browser; this step goes on.")
    if job.state != State.DONE:
        return
    if topics := job.status.result.get("topics"):
        _open(str(topics))
    if dataset := job.status.result.get("dataset"):
        _add(now, store().get(str(dataset), "dataset"))
    st.caption(plain("That job made no topics."))


def _open(topics: str) -> NoReturn:
    """The new topics, in this view: its part of the address belongs to a widget, so it stays."""
    st.query_params.pop(ADD_JOB, None)
    st.query_params["topics"] = topics
    st.rerun()
