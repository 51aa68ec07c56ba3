"""The trainings under way in; a list of them with their place in the queue out."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.jobs import Job, State
from pages._ui import nav, words
from pages._ui.format import about, percent
from pages._ui.job_monitor import state_badge
from pages._ui.loaders import store
from pages._ui.texts import plain

VERBS = ("train", "repeat", "search")
_EVERY_S = 3.0


def under_way() -> list[Job]:
    """Trainings that run or wait, in the order in which they were asked for."""
    return sorted((j for j in jobs.jobs(store()) if j.active and j.request.verb in VERBS),
                  key=lambda job: job.id)  # fmt: skip


def queue() -> None:
    """Draw what runs and what waits, each with a way to it and a way to end it."""
    if not under_way():
        return
    st.fragment(_queue, run_every=_EVERY_S)()


def _queue() -> None:
    found = under_way()
    if not found:
        st.rerun()
    places = _places()
    with st.container(border=True, gap="small"):
        st.markdown("**Under way**")
        for job in found:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                name = job.request.name or words.verb(job.request.verb)
                st.markdown(plain(name), width="stretch")
                st.caption(plain(_how_far(job, places)), width="content")
                state_badge(job)
                nav.link("train", "See", icon=":material/visibility:", job=job.id)
                if st.button(
                    "Cancel", key=f"queue-cancel-{job.id}", type="tertiary",
                    icon=":material/close:", help="End it now, or take it off the queue.",
                ):  # fmt: skip
                    jobs.cancel(job, store())
                    st.rerun(scope="fragment")


def _places() -> dict[str, int]:
    """Place in the queue of every heavy job that waits: the next one has 1."""
    waiting = sorted(j.id for j in jobs.jobs(store()) if j.request.heavy and _waits(j))
    return {job_id: n for n, job_id in enumerate(waiting, 1)}


def _waits(job: Job) -> bool:
    return bool(job.state == State.QUEUED)


def _how_far(job: Job, places: dict[str, int]) -> str:
    if place := places.get(job.id):
        return "next in the queue" if place == 1 else f"number {place} in the queue"
    parts = [job.status.stage or "Starting"]
    if job.share_done is not None:
        parts.append(percent(round(job.share_done, 2)))
    if job.seconds_left is not None:
        parts.append(about(job.seconds_left))
    return " · ".join(parts)
