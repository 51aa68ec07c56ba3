"""A job that is part of a view in, its life on the page until it ends, out."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.jobs import State
from engine.spec import Spec
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import store


def at_work(param: str, *, title: str, stoppable: bool = False) -> bool:
    """Draw the job whose id the address holds as `param`; False where there is none.

    When it has ended well, the address loses it and the page is drawn anew.
    """
    job_id = st.query_params.get(param)
    if not job_id:
        return False
    job = job_monitor(job_id, title=title, param=param, stoppable=stoppable)
    if job and job.state in (State.DONE, State.STOPPED):
        del st.query_params[param]
        st.rerun()
    return job is not None


def begin(spec: Spec, param: str) -> None:
    """Start `spec` as a job and put its id into the address."""
    st.query_params[param] = jobs.submit(spec, store=store()).id
    st.rerun()
