"""A classifier and a dataset in, the job that weighs the dataset's words out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine import jobs
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.jobs.record import State
from engine.store import Artifact
from pages._ui.explain.corpus.opened import runs_of
from pages._ui.format import count, duration
from pages._ui.forms import command_line, spec_form
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store

_JOB = "explainjob"
_FIRST = ("limit", "split", "target")
_MORE = ("method", "steps", "baseline", "attention", "seed")
_LABELS = {
    "limit": "Texts (0 for all)",
    "split": "Rows",
    "target": "Weigh words for the category",
    "steps": "Points of the integral (0 for the usual number)",
    "attention": "Attention kernel",
    "seed": "Seed of the random choices",
}
_TEXTS_A_SECOND = {"integrated gradients": 2.0, "input x gradient": 25.0, "occlusion": 1.5}
"""Of about 60 words on two cores, where no run of this classifier says better."""


def following() -> bool:
    """Draw the job of the address, if there is one; whether there is nothing else to see yet."""
    job_id = st.query_params.get(_JOB)
    if not job_id:
        return False
    job = job_monitor(job_id, title="Weighing the words", param=_JOB, stoppable=True)
    if job and job.state in (State.DONE, State.STOPPED):
        st.query_params.pop(_JOB, None)
        st.query_params.pop("run", None)  # the newest is what was waited for
        st.rerun()
    return job is not None


def start(model: Artifact, dataset: Artifact, *, again: bool = False) -> None:
    """Draw what can be chosen, how long it will take, and the button."""
    if not again:
        st.markdown(
            "Every word of many texts is weighed: which words drive each category, which it leans "
            "on by accident (dates, sources, names), and what its mistakes go by."
        )
    spec = _spec(model, dataset, again)
    n = _texts(spec, dataset)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        done = made(spec)
        if st.button(
            f"Weigh the words of {count(n, 'text')}", type="secondary" if again else "primary",
            icon=":material/play_arrow:", disabled=n == 0 or done is not None, key="explain-corpus",
        ):  # fmt: skip
            st.query_params[_JOB] = jobs.submit(spec, store=store()).id
            st.rerun()
        if done is not None:
            st.caption("Weighed already with these choices; see below.", width="content")
        elif n:
            st.caption(_time(spec, model, dataset, n), width="content")
        else:
            st.caption("The dataset has no such rows; choose others.", width="content")
    named = {"model": model.name or model.key, "dataset": dataset.name or dataset.key}
    command_line(spec.model_copy(update=named))


def _spec(model: Artifact, dataset: Artifact, again: bool) -> ExplainCorpusSpec:
    key = f"explain-corpus-{'again' if again else 'first'}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        values: dict[str, Any] = spec_form(ExplainCorpusSpec, _FIRST, key=key, labels=_LABELS)
    with st.expander("How", type="compact"):
        values |= spec_form(ExplainCorpusSpec, _MORE, key=key, labels=_LABELS)
    spec: ExplainCorpusSpec = ExplainCorpusSpec.parse(
        {"model": model.key, "dataset": dataset.key, **values}
    )
    return spec


def _texts(spec: ExplainCorpusSpec, dataset: Artifact) -> int:
    rows = int(dataset.facts.get("rows", 0))
    if spec.split != "all":
        rows = int(dataset.facts.get("splits", {}).get(spec.split, 0))
    return min(rows, spec.limit) if spec.limit else rows


def _time(spec: ExplainCorpusSpec, model: Artifact, dataset: Artifact, n: int) -> str:
    """How long it may take, by the last run of the same method where there is one."""
    last = [one for one in runs_of(model, dataset) if one.manifest.spec["method"] == spec.method]
    measured = last[0].facts.get("texts_per_second") if last else None
    rate = measured or _TEXTS_A_SECOND[spec.method]
    known = "as fast as last time" if measured else "on two cores, texts of 60 words"
    return (
        f"About {duration(n / rate)} {known}. It goes on without this page; a stop keeps what is "
        "done."
    )
