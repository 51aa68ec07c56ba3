"""What was run and what is kept: jobs with their state in words, artifacts with their origin."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.jobs import Job, State
from pages._ui import nav, words
from pages._ui.artifacts import artifact_table, budget
from pages._ui.empty import empty
from pages._ui.format import ago, duration
from pages._ui.job_monitor import job_monitor, state_badge
from pages._ui.loaders import artifact, store
from pages._ui.texts import plain

_A_PAGE = 10
_OPENS = {"dataset": "data", "source": "data", "model": "predict", "evaluation": "train",
          "search": "train", "repeats": "train", "predictions": "predict"}  # fmt: skip


def page() -> None:
    """Draw the page."""
    st.title("Runs", anchor=False)
    st.markdown("Every job that ran here, and everything that is kept because of it.")
    on_jobs, on_artifacts = st.tabs(
        ["Jobs", "Artifacts"], key="tab", on_change="rerun", bind="query-params"
    )
    if on_jobs.open:
        with on_jobs:
            _jobs()
    if on_artifacts.open:
        with on_artifacts:
            budget()
            artifact_table()


def _jobs() -> None:
    jobs.reconcile(store())
    every = jobs.jobs(store())
    if not every:
        empty(
            "Nothing has run yet",
            "Jobs appear here as soon as you add a dataset or train a classifier.",
            icon=":material/history:",
            to="data",
            label="Add a dataset",
        )
        return
    active = [job for job in every if job.active]
    for job in reversed(active):
        job_monitor(job.id, title=_title(job), param="seen", stoppable=job.request.verb == "train")
    ended = [job for job in every if not job.active]
    if not ended:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.segmented_control(
            "Show",
            ["All", "Done", "Failed"],
            default="All",
            required=True,
            key="show",
            label_visibility="collapsed",
            help="Which of the jobs that have ended are listed.",
        )
        if len(ended) > 1 and st.button(
            "Clear the list", type="tertiary", help="Forget every ended job; what they made stays."
        ):
            for job in ended:
                jobs.remove(job, store())
            st.rerun()
    good = (State.DONE, State.STOPPED)
    if shown != "All":
        ended = [job for job in ended if (job.state in good) == (shown == "Done")]
    if not ended:
        st.caption("None of those.")
        return
    pages = -(-len(ended) // _A_PAGE)
    at = 1
    foot = st.container()
    if pages > 1:
        with foot:
            at = st.pagination(pages, key="jobs-page")
    for job in ended[(at - 1) * _A_PAGE : at * _A_PAGE]:
        _ended(job)


def _title(job: Job) -> str:
    subject = job.request.name or str(next(iter(job.request.spec.values()), ""))
    found = next((a for a in store().artifacts() if a.key == subject), None)
    name = found.title if found else subject.replace("\\", "/").split("/")[-1]
    return f"{words.verb(job.request.verb)}: {name}" if name else words.verb(job.request.verb)


def _ended(job: Job) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", width="stretch"
            ):
                st.markdown(f"**{plain(_title(job))}**", width="content")
                state_badge(job)
                times = [ago(job.status.ended or job.request.created)]
                times += [f"took {duration(job.seconds)}"] if job.seconds else []
                st.caption(" · ".join(times), width="content")
            with st.container(
                horizontal=True, vertical_alignment="center", gap="xsmall", width="content"
            ):
                _actions(job)
        if job.state == State.FAILED:
            st.markdown(plain(job.status.error or "It ended without a word."))
        with st.expander("Command and log", type="compact"):
            st.code(job.request.command, language="bash", wrap_lines=True)
            for note in job.status.notes:
                st.caption(plain(note))
            if job.log:
                st.code(job.log[-6000:], language=None, height=200)


def _actions(job: Job) -> None:
    kind = next((k for k in _OPENS if k in job.status.result), "")
    key = str(job.status.result.get(kind, ""))
    if kind and nav.exists(_OPENS[kind]) and artifact(key, kind):
        nav.link(_OPENS[kind], "Open", icon=":material/open_in_new:", **{kind: key})
    if job.state in (State.FAILED, State.CANCELLED, State.STOPPED) and st.button(
        "Try again" if job.status.mendable else "Resume",
        key=f"resume-{job.id}",
        icon=":material/replay:",
        help="Start the same again; it goes on from its checkpoint where there is one.",
    ):
        jobs.resume(job, store())
        st.rerun()
    if st.button(
        "Remove",
        key=f"remove-{job.id}",
        icon=":material/delete:",
        type="tertiary",
        help="Forget this job. What it made stays under Artifacts.",
    ):
        jobs.remove(job, store())
        st.rerun()


nav.show(page)
