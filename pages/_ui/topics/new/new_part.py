"""Opened topics in; new documents placed in them, one text or a whole file, on the page out.

The address says where a person is: ?newjob= (topics are made ready), ?filejob=, ?assignments= and
?source= (a file, see new_file), ?addjob= (documents are added, see new_add).
"""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.store import Artifact
from engine.topics.assign.spec import AssignerSpec
from pages._ui.boundary import boundary
from pages._ui.format import count, percent
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.topics.new.new_add import ADD_JOB, new_add
from pages._ui.topics.new.new_file import FILE_PARAMS, new_file
from pages._ui.topics.new.new_report import new_report, was_added_to
from pages._ui.topics.new.new_text import judge_of, new_text
from pages._ui.topics.opened import Opened

_JOB = "newjob"
_TEXT, _FILE, _ADD, _ADDED = "One text", "A file", "Add for good", "What was added"


def new_part(now: Opened) -> None:
    """Draw it."""
    if not now.topics.found:
        st.info("There is no topic that a document could belong to; undo the last edit.")
        return
    spec = AssignerSpec(topics=now.artifact.key)
    ready = made(spec)
    if ready is None:
        if was_added_to(now):
            new_report(now)
        _get_ready(now, spec)
        return
    st.query_params.pop(_JOB, None)
    with boundary():
        _how_good(now, ready)
    ways = {
        **({_ADDED: lambda: new_report(now)} if was_added_to(now) else {}),
        _TEXT: lambda: new_text(now, ready),
        _FILE: lambda: new_file(now),
        _ADD: lambda: new_add(now),
    }
    tabs = st.tabs(list(ways), default=_first(list(ways)), key=f"new-way-{now.artifact.key}")
    for tab, draw in zip(tabs, ways.values(), strict=True):
        with tab, boundary():
            draw()


def _first(ways: list[str]) -> str:
    """The way that the address is about."""
    asked = st.query_params
    if ADD_JOB in asked:
        return _ADD
    return _FILE if any(name in asked for name in FILE_PARAMS) else ways[0]


def _get_ready(now: Opened, spec: AssignerSpec) -> None:
    """The job that compares the documents with each other, once."""
    if job_id := st.query_params.get(_JOB):
        job = job_monitor(job_id, param=_JOB)
        if job and job.active:
            st.caption("You can leave this page; it goes on.")
        if job:
            return
    st.markdown(
        "Place new documents in these topics: a text you type, or a file of any size. A document "
        "goes where those most like it are; how often that is right is measured first."
    )
    st.caption(
        f"Once for these topics: {count(len(now.topics.assigned), 'document')} are compared with "
        "each other. Later edits need nothing new."
    )
    if st.button("Get ready", type="primary", icon=":material/play_arrow:"):
        st.query_params[_JOB] = jobs.submit(spec, store=store()).id
        st.rerun()
    command_line(spec.model_copy(update={"topics": now.artifact.name or now.artifact.key}))


def _how_good(now: Opened, ready: Artifact) -> None:
    agreed = judge_of(ready.key, now.key, now).agreement
    if agreed.share is None:
        st.caption("How often this is right could not be measured: all texts are alike.")
        return
    st.caption(
        f":material/verified: Measured on these topics: of "
        f"{count(agreed.documents, 'document')}, each taken out with its copies and placed anew, "
        f"{percent(agreed.share)} went back to their topic."
    )
