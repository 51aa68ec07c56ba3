"""No topics yet in, the sample papers' topics out: one click, two jobs one after the other.

The address says where a person is: ?samplejob= (papers are read), then ?topicsjob= (topics found).
"""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.jobs import State
from engine.store import Artifact
from pages._ui.empty import empty
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import artifact, store
from pages._ui.samples import SAMPLES, add_sample

_READ, _FIND = "samplejob", "topicsjob"
_NAME = "sample-papers"


def making_first() -> bool:
    """Whether the address names one of the jobs."""
    return _READ in st.query_params or _FIND in st.query_params


def first_topics() -> None:
    """Draw what to do, or the jobs that do it."""
    if job_id := st.query_params.get(_READ):
        job = job_monitor(job_id, title="Reading the sample papers", param=_READ)
        if job and job.state is State.DONE:
            _find(store().get(str(job.status.result["dataset"]), "dataset"))
        return
    if job_id := st.query_params.get(_FIND):
        job = job_monitor(job_id, title="Finding the topics of the sample papers", param=_FIND)
        if job and job.state in (State.DONE, State.STOPPED):
            st.query_params["topics"] = str(job.status.result["topics"])
            del st.query_params[_FIND]
            st.rerun()
        return
    empty(
        "No topics yet",
        "Find the topics of a dataset first; then each document can say, word by word, why it is "
        "in one topic and not in the next.",
        icon=":material/bubble_chart:",
        to="topics",
        label="Go to Topics",
        offer="Find the topics of the sample papers",
        begin=_begin,
        note="318 abstracts written for Limn; about a minute.",
    )


def _begin() -> None:
    if found := artifact(_NAME, "dataset"):
        _find(found)
    sample = next(one for one in SAMPLES if one.name == "papers")
    st.query_params[_READ] = add_sample(sample).id
    st.rerun()


def _find(dataset: Artifact) -> None:
    from engine.topics.spec import TopicsSpec

    spec = TopicsSpec(dataset=dataset.key, encoder="minilm")
    name = store().free_name(f"{dataset.title}-topics")
    st.query_params.pop(_READ, None)
    st.query_params[_FIND] = jobs.submit(spec, store=store(), name=name).id
    st.rerun()
