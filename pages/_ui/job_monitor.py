"""A job in, its life on the page out: stage, speed, time left, curves, and how to end it."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from engine import jobs
from engine.errors import NotFoundError
from engine.jobs.record import Job, State, read
from pages._ui import words
from pages._ui.boundary import boundary
from pages._ui.format import about, amount, duration, rate, size
from pages._ui.loaders import store
from pages._ui.texts import plain

_EVERY_S = 0.5
_SILENT_S = 5.0

Points = list[dict[str, float]]


def job_monitor(
    job_id: str,
    *,
    title: str = "",
    draw: Callable[[Points], None] | None = None,
    param: str = "job",
    stoppable: bool = False,
) -> Job | None:
    """Show a job and follow it twice a second while it is active; then rerun the page once.

    Put the id in the address (``st.query_params["job"] = job.id``) and call this whenever it is
    there: the monitor then survives a refresh, another tab and a restart of the server. Resume
    writes the new job's id to the same parameter; Dismiss takes it away.

    Args:
        job_id: Which job.
        title: What is being made, in words; the verb's words where empty.
        draw: Draws the live curves from the rows told so far (``Progress.point``); called on every
            look while the job is active, and once after.
        param: The query parameter that holds the job's id.
        stoppable: Whether the stage can stop and keep the best so far (training can).

    Returns:
        The job as it stands, or None where there is no such job (a quiet sentence is shown).
    """
    try:
        job = read(store(), job_id)
    except NotFoundError:
        st.info("This job is not here any more; it may have been removed on the Runs page.")
        st.query_params.pop(param, None)
        return None
    every = _EVERY_S if job.active else None
    watch = st.fragment(_watch, run_every=every)
    watch(job_id, title, draw, param, stoppable, job.active)
    return job


def _watch(
    job_id: str,
    title: str,
    draw: Callable[[Points], None] | None,
    param: str,
    stoppable: bool,
    was_active: bool,
) -> None:
    with boundary():
        job = read(store(), job_id)
        if job.active and time.time() - max(job.status.updated, job.request.created) > _SILENT_S:
            jobs.reconcile(store())
            job = read(store(), job_id)
        if was_active and not job.active:
            st.rerun()
        with st.container(border=True):
            _head(job, title)
            if job.active:
                _progress(job)
            _notes(job)
            if draw and (points := job.points()):
                draw(points)
            if job.active:
                _buttons(job, stoppable)
            elif job.state in (State.FAILED, State.CANCELLED):
                _ending(job, param)


def _head(job: Job, title: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(title or words.verb(job.request.verb))}**", width="content")
        state_badge(job)
        if job.seconds:
            st.caption(duration(job.seconds), width="content")


def state_badge(job: Job) -> None:
    """The job's state as a small coloured word."""
    word, colour, icon = words.STATES[job.state]
    st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]


def _progress(job: Job) -> None:
    status = job.status
    stage = status.stage or "Starting"
    if job.state == State.QUEUED and not status.pid:
        stage = "Starting"
    facts = []
    if status.total:
        facts.append(f"{amount(status.done, status.unit)} of {amount(status.total, status.unit)}")
    elif status.done:
        facts.append(amount(status.done, status.unit))
    if status.rate:
        facts.append(rate(status.rate, status.unit))
    if job.seconds_left is not None and job.state == State.RUNNING:
        facts.append(about(job.seconds_left))
    if status.memory_mib:
        facts.append(f"{size(status.memory_mib * 2**20)} memory")
    # An unknown total shows an empty bar: a moving one would pretend to know.
    st.progress(job.share_done or 0.0, text=plain(stage))
    st.caption(plain(" · ".join(facts)) if facts else "Just a moment.")


def _notes(job: Job) -> None:
    for sentence in job.status.notes[-5:]:
        st.caption(f":material/info: {plain(sentence)}")


def _buttons(job: Job, stoppable: bool) -> None:
    with st.container(horizontal=True):
        if stoppable and job.state == State.RUNNING:
            asked = (job.path / "stop").exists()
            if st.button(
                "Stopping, keeping the best" if asked else "Stop, keep the best",
                key=f"stop-{job.id}",
                icon=":material/stop_circle:",
                disabled=asked,
                help="End at the next good moment and keep the best result so far.",
            ):
                jobs.stop(job)
                st.rerun(scope="fragment")
        if st.button(
            "Cancel",
            key=f"cancel-{job.id}",
            icon=":material/close:",
            help="End now. Nothing half-made stays; checkpoints do, so Resume goes on from them.",
        ):
            jobs.cancel(job, store())
            st.rerun()


def _ending(job: Job, param: str) -> None:
    if job.state == State.FAILED:
        st.error(plain(job.status.error or "The job ended without a word."))
    else:
        st.caption("Nothing half-made stays. Resume goes on from the last checkpoint.")
    with st.container(horizontal=True):
        if st.button(
            "Resume" if not job.status.mendable else "Try again",
            key=f"resume-{job.id}",
            icon=":material/replay:",
            help="Start the same again; it goes on from its checkpoint where there is one.",
        ):
            st.query_params[param] = jobs.resume(job, store()).id
            st.rerun()
        if st.button("Dismiss", key=f"dismiss-{job.id}", help="Put this away; Runs still has it."):
            st.query_params.pop(param, None)
            st.rerun()
    job_log(job)


def job_log(job: Job) -> None:
    """The end of the job's log, folded away."""
    if text := job.log:
        with st.expander("Log", icon=":material/notes:"):
            st.code(text[-6000:], language=None, height=240)
