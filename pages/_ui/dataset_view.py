"""A dataset in, the page about it out: its rows, profile, audit and split, and the way on."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.store import Artifact
from pages._ui import nav
from pages._ui.audit_view import audit_view
from pages._ui.format import ago, count, percent, size
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import store
from pages._ui.notes import notes
from pages._ui.profile_view import profile_view, split_view
from pages._ui.rows_view import rows_view
from pages._ui.texts import plain
from pages._ui.versions_view import applied_edits

_TABS = ["Rows", "Profile", "Audit", "Split"]


def dataset_title(found: Artifact) -> None:
    """Its name, and where it came from."""
    st.title(plain(found.title), anchor=False)
    st.caption(plain(_origin(found)))


def dataset_view(found: Artifact) -> None:
    """Draw it, without its title."""
    facts = found.facts
    _figures(found)
    notes(facts.get("notes", []))
    applied_edits(found)
    if len(facts.get("labels", {})) > 1 and nav.exists("train"):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                "**Next:** train a classifier on these labels, or see the topics of the texts.",
                width="stretch",
            )
            nav.link("train", "Train on this dataset", dataset=found.key)
            nav.link("topics", "Find its topics", dataset=found.key)
    else:
        _no_categories(found)
    rows, profile, audit, split = st.tabs(_TABS, key="view", on_change="rerun", bind="query-params")
    if rows.open:
        with rows:
            rows_view(found)
    if profile.open:
        with profile:
            if measured := _audit(found):
                profile_view(found, measured)
    if audit.open:
        with audit:
            if measured := _audit(found):
                audit_view(found, measured)
    if split.open:
        with split:
            split_view(found)
    if rows.open or split.open:
        # Begun without being asked for, so that it is there when its tab is opened.
        _audit_job(found)


def _no_categories(found: Artifact) -> None:
    """What training would need, and the way to other choices where the file is here."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            "**Next:** see the topics of the texts. To train a classifier, choose a label column "
            "with two or more categories.",
            width="stretch",
        )
        nav.link("topics", "Find its topics", dataset=found.key)
        for source in store().inputs(found):
            if source.kind == "source":
                nav.link("data", "Choose the columns again", source=source.key)


def _origin(found: Artifact) -> str:
    facts = found.facts
    parts = [f"Added {ago(found.manifest.created)}", size(found.bytes)]
    if facts.get("text_column"):
        parts.append(f"text from {facts['text_column']}")
    if facts.get("label_column"):
        parts.append(f"labels from {facts['label_column']}")
    return " · ".join(parts)


def _figures(found: Artifact) -> None:
    facts = found.facts
    rows = facts.get("rows", 0)
    dropped = facts.get("dropped", {})
    again = facts.get("duplicates", {})
    splits = facts.get("splits", {})
    with st.grid(5, min_column_width=140):
        st.metric("Rows", count(rows), help="Texts in this dataset.")
        st.metric("Labels", count(len(facts.get("labels", {}))), help="Different categories.")
        st.metric(
            "Left out", count(sum(dropped.values())),
            help=plain("Rows of the file that are not here. "
                       + "; ".join(f"{count(n)}: {why}" for why, n in dropped.items())),
        )  # fmt: skip
        near = again.get("near")
        st.metric(
            "Repeats", count(again.get("exact", 0) + (near or 0)),
            help="Texts that repeat an earlier one exactly"
            + (" or almost" if near is not None else "")
            + ". Repeats always stay on one side of the split.",
        )  # fmt: skip
        st.metric(
            "For the test", percent(splits.get("test", 0) / rows) if rows else "0",
            help="Share of the rows kept for the final score.",
        )  # fmt: skip


def _audit(found: Artifact) -> Artifact | None:
    """The audit, or a monitor of the job that makes it."""
    if audit := audit_of(found):
        return audit
    if job := _audit_job(found):
        st.caption("The profile and the audit are being made; this happens once.")
        job_monitor(job.id, title="Measuring texts and looking for repeats", param="audit-job")
    return None


def audit_of(found: Artifact) -> Artifact | None:
    """The newest audit of a dataset."""
    reference = f"{found.kind}/{found.key}"
    every = store().artifacts("audit")
    return next((a for a in every if reference in a.manifest.inputs.values()), None)


def _audit_job(found: Artifact) -> jobs.Job | None:
    """The audit's job, begun now where there is neither a job nor an audit."""
    if audit_of(found):
        return None
    for job in jobs.jobs(store()):
        if job.request.verb == "data audit" and job.request.spec.get("dataset") == found.key:
            if job.active or not job.status.result:
                return job
            break
    from engine.data.spec_dataset import AuditSpec

    return jobs.submit(AuditSpec.parse({"dataset": found.key}), store=store())
