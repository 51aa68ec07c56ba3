"""Labelled datasets become classifiers here, and each classifier's report is read here.

The address says where a person is: ?dataset= (choose and start), ?job= (one is being trained),
?model= (read the report of one), ?evaluation= (of one on another dataset), ?search= and ?repeats=
(what came of many trainings). ?start= and ?like= name a classifier to go on from, or whose settings
the form begins with.
"""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.jobs import State
from engine.store import Artifact
from pages._ui import nav
from pages._ui.bring_model import bring_model
from pages._ui.edits_view import edits_bar
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import artifact, store
from pages._ui.pickers import artifact_picker
from pages._ui.queue_view import queue
from pages._ui.repeats_view import repeats_view
from pages._ui.report import ROUTES, curves, report, report_title
from pages._ui.search_view import search_view
from pages._ui.texts import plain
from pages._ui.train_form import train_form


def page() -> None:
    """Draw the page."""
    asked = st.query_params
    if job_id := asked.get("job"):
        _at_work(job_id)
        return
    if reference := asked.get("model"):
        if found := artifact(reference, "model"):
            with st.container(gap=None):
                _back("Train another", _dataset_of(found))
                report_title(found)
            edits_bar(found)
            report(found)
            if dataset := _dataset_of(found):
                _earlier(dataset, found)
            return
        st.info("The classifier of this address is not here any more.")
    if reference := asked.get("evaluation"):
        if found := artifact(reference, "evaluation"):
            with st.container(gap=None):
                _back("Train another")
                report_title(found)
            report(found)
            return
        st.info("The evaluation of this address is not here any more.")
    for kind, view in (("search", search_view), ("repeats", repeats_view)):
        if found := artifact(asked.get(kind), kind):
            _back("Back to the choices", _dataset_of(found))
            view(found)
            return
    _start()
    with st.expander(
        "Bring a classifier from elsewhere", icon=":material/input:", expanded="bringjob" in asked
    ):
        bring_model()


def _start() -> None:
    st.title("Train", anchor=False)
    st.markdown("Teach a classifier your categories, and see how far it can be trusted.")
    queue()
    dataset = artifact_picker(
        "dataset",
        "Dataset",
        where=lambda found: bool(found.facts.get("labels")),
        missing="None of your datasets has labels. Choose a label column on the Data page, or try "
        "a sample set.",
        help="Datasets with labels, newest first.",
    )
    if dataset is None:
        return
    train_form(dataset)
    _earlier(dataset)


def _at_work(job_id: str) -> None:
    st.title("Train", anchor=False)
    asked = next((j for j in jobs.jobs(store()) if j.id == job_id), None)
    metric = str(asked.request.spec.get("metric", "macro_f1")) if asked else "macro_f1"
    job = job_monitor(
        job_id,
        title=_title(asked),
        draw=lambda points: curves(_latest(points), job_id, metric=metric),
        stoppable=True,
    )
    if job is None:
        _back("Train a classifier")
        return
    if job.state in (State.DONE, State.STOPPED):
        kinds = ("repeats", "search", "model")
        kind = next((k for k in kinds if job.status.result.get(k)), "model")
        nav.stay(**{kind: str(job.status.result.get(kind, ""))})
    elif job.active:
        st.caption("You can leave this page or close the browser; the training goes on.")
    else:
        _back("Back to the choices", artifact(str(job.request.spec.get("dataset")), "dataset"))


def _title(job: jobs.Job | None) -> str:
    doing = {"repeat": "Training with several seeds", "search": "Searching for the best settings"}
    if job and job.request.verb in doing:
        return doing[job.request.verb] + (f": {job.request.name}" if job.request.name else "")
    return f"Training {job.request.name}" if job and job.request.name else "Training a classifier"


def _latest(points: list[dict[str, float]]) -> list[dict[str, float]]:
    """The curves of the newest training, where a job is many of them."""
    newest = points[-1].get("run") if points else None
    return [point for point in points if point.get("run") == newest]


def _earlier(dataset: Artifact, here: Artifact | None = None) -> None:
    """The classifiers of a dataset side by side; choosing one opens its report."""
    reference = f"{dataset.kind}/{dataset.key}"
    models = [
        m for m in store().artifacts("model") if m.manifest.inputs.get("dataset") == reference
    ]
    if not models or (here and len(models) < 2):
        return
    st.subheader(f"Classifiers of {plain(dataset.title)}", anchor=False)
    event = st.dataframe(
        {
            "Name": [
                m.title + (" (this one)" if here and m.key == here.key else "") for m in models
            ],
            "Route": [ROUTES.get(m.facts.get("route", ""), "") for m in models],
            "Accuracy": [m.facts.get("accuracy") for m in models],
            "Macro-F1": [m.facts.get("macro_f1") for m in models],
            "Encoder": [m.facts.get("encoder") for m in models],
            "Trained": [m.manifest.created for m in models],
        },
        column_config={
            "Accuracy": st.column_config.NumberColumn(format="%.3f"),
            "Macro-F1": st.column_config.NumberColumn(format="%.3f"),
            "Trained": st.column_config.DatetimeColumn(format="distance"),
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"models-{dataset.key}-{here.key if here else ''}",
    )
    st.caption("Choose a row to open its report.")
    picked = [i for i in event["selection"]["rows"] if i < len(models)]
    if picked and not (here and models[picked[0]].key == here.key):
        nav.stay(model=models[picked[0]].key)


def _dataset_of(found: Artifact) -> Artifact | None:
    return next((a for a in store().inputs(found) if a.kind == "dataset"), None)


def _back(label: str, dataset: Artifact | None = None) -> None:
    if st.button(label, type="tertiary", icon=":material/arrow_back:", key="back"):
        nav.stay(dataset=dataset.key if dataset else "")


nav.show(page)
