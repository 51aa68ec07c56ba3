"""A classifier in, whole files through it out: bring or choose a file, start, watch, read, take.

The address says where a person is: ?filejob= (at work), ?predictions= (the result), ?source= (the
file whose columns are chosen).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.files.spec import PredictFileSpec
from engine.jobs import State
from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.bring_file import bring_file, read_before
from pages._ui.format import about, count, size
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import artifact, made, store
from pages._ui.notes import notes
from pages._ui.pickers import describe
from pages._ui.predictions_view import predictions_view
from pages._ui.texts import plain, short

_JOB, _RESULT, _SOURCE = "filejob", "predictions", "source"
_EXAMPLES = 3


def predict_files(found: Artifact) -> None:
    """Draw it for the classifier `found`; survives a refresh by the address."""
    asked = st.query_params
    if job_id := asked.get(_JOB):
        _at_work(job_id)
        return
    if reference := asked.get(_RESULT):
        result = artifact(reference, "predictions")
        if result and "model" not in asked:  # only the result was named: its classifier with it
            asked["model"] = str(result.manifest.inputs.get("model", "")).removeprefix("model/")
            st.rerun()
        # Another classifier was chosen above: its own results are elsewhere.
        if result and result.manifest.inputs.get("model") == f"model/{found.key}":
            if st.button("Another file", icon=":material/arrow_back:", type="tertiary"):
                _show()
            predictions_view(result)
            return
        _forget(_RESULT)
    source = artifact(asked.get(_SOURCE), "source")
    if source:
        if st.button("Another file", icon=":material/arrow_back:", type="tertiary"):
            _show()
        _choices(found, source)
        return
    _bring()
    _earlier(found)


def _at_work(job_id: str) -> None:
    job = job_monitor(job_id, param=_JOB)
    if job is None:
        return
    if job.state in (State.DONE, State.STOPPED):
        _show(**{kind: str(job.status.result.get(kind, "")) for kind in (_SOURCE, _RESULT)})
    elif job.active:
        st.caption("You can leave this page or close the browser; the work goes on.")


def _bring() -> None:
    """Upload, a file that was read before, or a path: each leads to its columns."""
    bring_file("predict-upload", _watch, between={"Read before": _read_before})


def _watch(job_id: str) -> None:
    _show(filejob=job_id)


def _read_before() -> None:
    read_before("predict-file-known", lambda key: _show(source=key))


def _choices(found: Artifact, source: Artifact) -> None:
    """What is read of the file, and the start."""
    rows = str(source.path / "rows.parquet")
    own = planned(rows, str(found.path), _trained(found), ())
    st.markdown(
        f"**{plain(source.title)}** · {count(source.facts.get('rows', 0), 'row')} · "
        f"{count(len(own['columns']), 'column')}"
    )
    if own["problem"]:
        st.warning(plain(own["problem"]), icon=":material/info:")
    text = st.multiselect(
        "Columns with the text",
        own["columns"],
        default=own["text"],
        key=f"predict-text-{source.key}-{found.key}",
        placeholder="Choose the column to read",
        help="Joined in this order, as the classifier's training texts were.",
    )
    if not text:
        return
    seen = own if text == own["text"] else planned(
        rows, str(found.path), _trained(found), tuple(text)
    )  # fmt: skip
    notes([note for note in seen["notes"] if text == own["text"]])
    if seen["examples"]:
        with st.container(border=True, gap="xxsmall"):
            st.caption("As the classifier reads some of the rows:")
            for example in seen["examples"]:
                st.text(short(example, 220), width="stretch")
    if seen["label"]:
        st.caption(
            f":material/fact_check: The column {plain(seen['label'])} holds categories the "
            "classifier knows; how often it agrees is told with the result."
        )
    with boundary():
        _start(found, source, [] if text == own["text"] else text)


def _start(found: Artifact, source: Artifact, text: list[str]) -> None:
    spec = PredictFileSpec(model=found.key, source=source.key, columns=text)
    named = spec.model_copy(
        update={"model": found.name or found.key, "source": source.name or source.key}
    )
    if here := made(spec):
        st.success("These rows are predicted already.", icon=":material/check:")
        if st.button("Show them", type="primary", icon=":material/table_view:"):
            _show(predictions=here.key)
    else:
        st.caption(f":material/timer: {_estimate(found, source)} {_disk(found, source)}")
        label = f"Predict {count(source.facts.get('rows', 0), 'row')}"
        if st.button(label, type="primary", icon=":material/play_arrow:"):
            wish = source.title.removesuffix("-file")
            name = store().free_name(f"{wish}-predicted")
            _show(filejob=jobs.submit(spec, store=store(), name=name).id)
    command_line(named)


def _estimate(found: Artifact, source: Artifact) -> str:
    rows = int(source.facts.get("rows", 0))
    for before in store().artifacts("predictions"):
        same = before.manifest.inputs.get("model") == f"model/{found.key}"
        if same and (rate := before.facts.get("rows_per_second")):
            told = about(rows / float(rate)).removesuffix(" left").capitalize()
            return f"{told} here, if the texts are as long as those of the file before."
    return (
        "The time left is known a few seconds after the start; it can be left alone, and goes on "
        "after a restart."
    )


def _disk(found: Artifact, source: Artifact) -> str:
    from engine.data.files.space import result_bytes

    whole, _ = result_bytes(source.path / "rows.parquet", len(found.facts["labels"]) + 1)
    return f"The result takes about {size(whole)} on disk."


def _earlier(found: Artifact) -> None:
    results = [
        one
        for one in store().artifacts("predictions")
        if one.manifest.inputs.get("model") == f"model/{found.key}"
    ]
    if not results:
        return
    st.caption("Predicted with this classifier before:")
    for one in results[:5]:
        if st.button(plain(describe(one)), key=f"earlier-{one.key}", type="tertiary",
                     icon=":material/table_view:"):  # fmt: skip
            _show(predictions=one.key)


def _trained(found: Artifact) -> str:
    """Spec, as JSON, of the dataset the classifier learnt from; "{}" where it is gone."""
    dataset = next((a for a in store().inputs(found) if a.kind == "dataset"), None)
    return json.dumps(dataset.manifest.spec if dataset else {})


@st.cache_data(max_entries=50, show_spinner="Looking at the columns")
def planned(rows: str, model: str, trained: str, text: tuple[str, ...]) -> dict[str, Any]:
    """How the file would be read: text, label, notes, problem, columns, and a few texts."""
    from engine.classify.classifier import Card
    from engine.classify.files.plan import choose
    from engine.data.rows import Reader
    from engine.data.sample import table_sample
    from engine.errors import InputError
    from engine.store.files import read_json

    sample = table_sample(Path(rows))
    seen: dict[str, Any] = {"columns": list(sample), "text": [], "label": "", "notes": [],
                            "problem": "", "examples": []}  # fmt: skip
    card = Card.model_validate(read_json(Path(model) / "model.json"))
    try:
        plan = choose(sample, card, list(text), json.loads(trained))
    except InputError as error:
        return {**seen, "problem": str(error)}
    first = {name: list(sample[name][:20]) for name in plan.plan.text}
    texts = [one for one in Reader(plan.plan).texts(first) if one][:_EXAMPLES]
    return {**seen, "text": plan.plan.text, "label": plan.plan.label, "notes": list(plan.notes),
            "examples": texts}  # fmt: skip


def _forget(*names: str) -> None:
    for name in names:
        st.query_params.pop(name, None)


def _show(**ids: str) -> None:
    _forget(_JOB, _RESULT, _SOURCE)
    st.query_params.update({name: value for name, value in ids.items() if value})
    st.rerun()
