"""Opened topics and what is asked of their words in, the job that weighs them out."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.explain.topics.spec import ExplainTopicsSpec
from engine.jobs import State
from pages._ui.format import duration
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import store
from pages._ui.topics.opened import Opened

_JOB = "drivingjob"
_TEXTS_A_SECOND = {True: 40.0, False: 0.5}
"""Abstracts on two cores, by a draft encoder and by a whole one, where no run says better."""


def following() -> bool:
    """Draw the job of the address; whether there is nothing else to see yet."""
    job_id = st.query_params.get(_JOB)
    if not job_id:
        return False
    job = job_monitor(job_id, title="Weighing the words", param=_JOB)
    if job and job.state is State.DONE:
        st.query_params.pop(_JOB, None)
        st.rerun()
    if job and job.active:
        st.caption("You can leave this page; it goes on.")
    return job is not None


def weigh(
    now: Opened, spec: ExplainTopicsSpec, documents: int, label: str, *, first: bool = True
) -> None:
    """Draw the button that starts the job; `documents` it will read tell how long it takes."""
    seconds = max(5.0, documents / _rate(now))
    if st.button(
        f"{label} (about {duration(seconds)})", type="primary" if first else "secondary",
        icon=":material/play_arrow:", key=f"explain-weigh-{'first' if first else 'more'}",
    ):  # fmt: skip
        st.query_params[_JOB] = jobs.submit(spec, store=store()).id
        st.rerun()


def _rate(now: Opened) -> float:
    """Texts a second, as in the last run for these topics."""
    from engine.encoder.hub.find import drafted
    from engine.topics.topics import asked_of

    mine = f"topics/{now.artifact.key}"
    runs = [a for a in store().artifacts("driving-words") if mine in a.manifest.inputs.values()]
    if runs:
        return float(runs[0].facts["texts_per_second"])
    return _TEXTS_A_SECOND[drafted(str(asked_of(now.artifact).get("encoder", ""))) is not None]
