"""No dataset yet in, the sample reviews as one out: one click and a job.

The address says where a person is: ?samplejob= (the reviews are read), then ?dataset=.
"""

from __future__ import annotations

import streamlit as st

from engine.jobs import State
from pages._ui.empty import empty
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import store
from pages._ui.samples import SAMPLES, add_sample

_JOB = "samplejob"


def first_dataset() -> bool:
    """Draw what to do while there is no dataset; whether there is nothing else to see yet."""
    if job_id := st.query_params.get(_JOB):
        job = job_monitor(job_id, title="Reading the sample reviews", param=_JOB)
        if job and job.state is State.DONE:
            del st.query_params[_JOB]
            st.query_params["dataset"] = str(job.status.result["dataset"])
            st.rerun()
        return job is not None
    if store().artifacts("dataset"):
        return False
    empty(
        "No dataset yet",
        "Bring texts, with labels or without; then every word of them is weighed: what drives each "
        "category, and what the classifier should not lean on.",
        icon=":material/table_rows:",
        to="data",
        label="Go to Data",
        offer="Take the sample reviews",
        begin=_begin,
    )
    return True


def _begin() -> None:
    sample = next(one for one in SAMPLES if one.name == "reviews")
    st.query_params[_JOB] = add_sample(sample).id
    st.rerun()
