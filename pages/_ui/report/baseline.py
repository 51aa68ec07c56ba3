"""What is reported on in, the TF-IDF baseline beside it out: found, or worked out meanwhile."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.evaluation.spec import BaselineSpec
from engine.jobs import Job, State
from engine.jobs.record import read
from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.loaders import made, store
from pages._ui.report.subject import Subject
from pages._ui.texts import plain

_AT_ONCE = 20_000
_EVERY_S = 1.0
_NAME = "TF-IDF baseline"
_HELP = (
    "Accuracy of counted words and pairs of words with a linear model, learnt from the same texts "
    "and scored on the same ones. It takes seconds to train and needs no encoder."
)


def baseline(about: Subject) -> Artifact | None:
    """The baseline scored on the same rows, where it is there."""
    spec = baseline_spec(about)
    return made(spec) if spec else None


def baseline_figure(about: Subject, found: Artifact | None) -> None:
    """Its accuracy; where it is not there yet, it is worked out by a job of the light lane.

    On a small dataset that begins by itself, for a score without one says little; once a job has
    ended without a result, and on a large dataset, a button begins it.
    """
    if found is not None:
        st.metric(
            _NAME,
            f"{found.facts['accuracy'] * 100:.1f} %",
            delta=f"macro-F1 {found.facts['macro_f1'] * 100:.1f} %",
            delta_color="off",
            delta_arrow="off",
            help=f"{_HELP} {_learnt(found.facts)}",
        )
        return
    spec = baseline_spec(about)
    if spec is None or about.own is None:
        return
    job = _job(spec)
    if job is None and int(about.own.facts.get("rows", 0)) <= _AT_ONCE:
        job = jobs.submit(spec, store=store())
    if job is not None and job.active:
        st.fragment(_wait, run_every=_EVERY_S)(job.id)
    else:
        with st.container(gap="xsmall"):
            _offer(spec, job)


def baseline_spec(about: Subject) -> BaselineSpec | None:
    """What to ask for; None where a dataset it needs is not kept."""
    if about.own is None or about.dataset is None:
        return None
    other = "" if about.own.key == about.dataset.key else about.dataset.key
    return BaselineSpec.parse({"dataset": about.own.key, "scored_on": other, "split": about.split})


def _job(spec: BaselineSpec) -> Job | None:
    asked = spec.model_dump(mode="json")
    return next(
        (j for j in jobs.jobs(store()) if j.request.verb == "baseline" and j.request.spec == asked),
        None,
    )


def _wait(job_id: str) -> None:
    with boundary():
        jobs.reconcile(store())
        if not read(store(), job_id).active:
            st.rerun()
        st.metric(_NAME, "…", delta="being worked out", delta_color="off", delta_arrow="off",
                  help=_HELP)  # fmt: skip


def _offer(spec: BaselineSpec, job: Job | None) -> None:
    failed = job.status.error if job and job.state == State.FAILED else ""
    st.metric(_NAME, "–", delta="not worked out", delta_color="off", delta_arrow="off", help=_HELP)
    if failed:
        st.caption(plain(failed))
    if st.button(
        "Try again" if failed else "Work it out",
        icon=":material/calculate:",
        help="A job beside your other work: some seconds for each thousand texts.",
    ):
        if job:
            jobs.remove(job, store())
        jobs.submit(spec, store=store())
        st.rerun()


def _learnt(facts: dict[str, Any]) -> str:
    """Its intervals, and that it learnt from a part of the texts only, where it did."""
    (low, high), (f1_low, f1_high) = (
        [end * 100 for end in facts[name]] for name in ("accuracy_interval", "macro_f1_interval")
    )
    told = (
        f"95 % intervals: accuracy {low:.1f} to {high:.1f}, macro-F1 {f1_low:.1f} to {f1_high:.1f}."
    )
    if facts["train_rows"] < facts["of_rows"]:
        told += (
            f" It learnt from {count(facts['train_rows'])} of the {count(facts['of_rows'])} texts, "
            "chosen at random."
        )
    return told
