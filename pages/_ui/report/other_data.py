"""A classifier in, its scores on other datasets out: those there are, and the way to more."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.classify.spec import EvaluateSpec
from engine.jobs import State
from engine.store import Artifact
from pages._ui import nav
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.report.subject import Subject
from pages._ui.texts import plain

_PARAM = "scoring"


def other_data(about: Subject) -> None:
    """Where it was scored so far, and a dataset to score it on now."""
    if about.model is None:
        st.info("The classifier is not kept any more, so it cannot be asked.")
        return
    _earlier(about.model, about.found)
    if job_id := st.query_params.get(_PARAM):
        job = job_monitor(job_id, title="Scoring", param=_PARAM)
        if job is None or job.active:
            return
        if job.state == State.DONE:
            st.query_params.pop(_PARAM, None)
            nav.go("train", evaluation=str(job.status.result["evaluation"]), part="Mistakes")
    _form(about, about.model)


def _form(about: Subject, model: Artifact) -> None:
    labels = set(about.labels)
    labelled = [one for one in store().artifacts("dataset") if one.facts.get("labels")]
    labelled.sort(key=lambda one: not labels & set(one.facts["labels"]))
    datasets = {one.key: one for one in labelled}
    if not datasets:
        st.caption("There is no dataset with labels; add one on the Data page.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Score it on", list(datasets), format_func=lambda k: datasets[k].title, width=320,
            key=f"score-on-{model.key}",
            help="With labels; those with its categories first, then newest first.",
        )  # fmt: skip
        split = st.segmented_control(
            "Texts", ["test", "validation", "all"], default="test", required=True,
            key=f"score-split-{model.key}",
            help="all is right for a dataset that it has not learnt from.",
        )  # fmt: skip
    theirs = set(datasets[chosen].facts["labels"])
    if not labels & theirs:
        st.caption(
            plain(
                f"{datasets[chosen].title} has none of its categories ({_some(labels)}); it has "
                f"{_some(theirs)}. Rename its labels on the Data page, or choose another."
            )
        )
        return
    if unknown := theirs - labels:
        st.caption(
            plain(f"Rows labelled {_some(unknown)} are not scored: it does not know "
                  f"{'that category' if len(unknown) == 1 else 'those categories'}.")
        )  # fmt: skip
    spec = EvaluateSpec(model=model.key, dataset=chosen, split=split)  # type: ignore[arg-type]
    if found := made(spec):
        nav.link("train", "Already scored so: open it", evaluation=found.key)
    elif st.button("Score it", type="primary", icon=":material/fact_check:"):
        st.query_params[_PARAM] = jobs.submit(spec, store=store()).id
        st.rerun()
    command_line(spec)


def _earlier(model: Artifact, here: Artifact) -> None:
    reference = f"model/{model.key}"
    scored = [
        one
        for one in store().artifacts("evaluation")
        if one.manifest.inputs.get("model") == reference
    ]
    if here.kind == "evaluation":
        nav.link("train", f"The report of {model.title} itself", model=model.key)
    for one in scored:
        dataset = next((a for a in store().inputs(one) if a.kind == "dataset"), None)
        facts = one.facts
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{plain(dataset.title if dataset else 'a dataset that is gone')}**: "
                f"{facts['accuracy'] * 100:.1f} % of {count(facts['rows'], 'text')} right, "
                f"macro-F1 {facts['macro_f1'] * 100:.1f} %",
                width="stretch",
            )
            if one.key == here.key:
                st.caption("This one", width="content")
            else:
                nav.link("train", "Open", icon=":material/open_in_new:", evaluation=one.key)


def _some(labels: set[str]) -> str:
    names = sorted(labels)
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(f"'{name}'" for name in names[:5]) + more
