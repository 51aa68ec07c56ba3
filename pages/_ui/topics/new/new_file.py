"""A file of new documents in; its columns, the job that finds their topics, and the result out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from engine import jobs
from engine.jobs import State
from engine.store import Artifact
from engine.topics.assign.spec import AssignerSpec, AssignFileSpec
from pages._ui.boundary import boundary
from pages._ui.bring_file import bring_file, read_before
from pages._ui.format import about, count, size
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import artifact, made, store
from pages._ui.notes import notes
from pages._ui.pickers import describe
from pages._ui.texts import plain, short
from pages._ui.topics.new.new_result import new_result
from pages._ui.topics.opened import Opened

_JOB, _RESULT, _SOURCE = "filejob", "assignments", "source"
FILE_PARAMS = (_JOB, _RESULT, _SOURCE)
_EXAMPLES = 3


def new_file(now: Opened) -> None:
    """Draw it; survives a refresh by the address."""
    asked = st.query_params
    if job_id := asked.get(_JOB):
        _at_work(job_id)
        return
    result = artifact(asked.get(_RESULT), "assignments")
    if result and result.manifest.inputs.get("topics") == f"topics/{now.artifact.key}":
        _another()
        new_result(now, result)
        return
    if source := artifact(asked.get(_SOURCE), "source"):
        _another()
        _choices(now, source)
        return
    bring_file("new-upload", _watch, between={"Read before": _read_before})
    _earlier(now)


def _another() -> None:
    if st.button("Another file", icon=":material/arrow_back:", type="tertiary"):
        _show()


def _at_work(job_id: str) -> None:
    job = job_monitor(job_id, param=_JOB)
    if job is None:
        return
    if job.state in (State.DONE, State.STOPPED):
        _show(**{kind: str(job.status.result.get(kind, "")) for kind in (_SOURCE, _RESULT)})
    elif job.active:
        st.caption("You can leave this page or close the browser; the work goes on.")


def _watch(job_id: str) -> None:
    _show(filejob=job_id)


def _read_before() -> None:
    read_before("new-file-known", lambda key: _show(source=key))


def _choices(now: Opened, source: Artifact) -> None:
    """What is read of the file, and the start."""
    ready = made(AssignerSpec(topics=now.artifact.key))
    assert ready is not None
    rows = str(source.path / "rows.parquet")
    own = planned(rows, str(ready.path), ())
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
        key=f"new-columns-{source.key}-{now.artifact.key}",
        placeholder="Choose the column to read",
        help="Joined in this order, as the topics' own texts were.",
    )
    if not text:
        return
    seen = own if text == own["text"] else planned(rows, str(ready.path), tuple(text))
    notes([note for note in seen["notes"] if text == own["text"]])
    if seen["examples"]:
        with st.container(border=True, gap="xxsmall"):
            st.caption("As some of the rows are read:")
            for example in seen["examples"]:
                st.text(short(example, 220), width="stretch")
    with boundary():
        _start(now, source, [] if text == own["text"] else text)


def _start(now: Opened, source: Artifact, text: list[str]) -> None:
    spec = AssignFileSpec(
        topics=now.artifact.key, source=source.key, columns=text, edits=now.version
    )
    named = {"topics": now.artifact.name or now.artifact.key, "source": source.name or source.key}
    if here := made(spec):
        st.success("The topics of these rows are known already.", icon=":material/check:")
        if st.button("Show them", type="primary", icon=":material/table_view:"):
            _show(assignments=here.key)
    else:
        st.caption(f":material/timer: {_estimate(now, source)} {_disk(source)}")
        label = f"Find the topics of {count(source.facts.get('rows', 0), 'row')}"
        if st.button(label, type="primary", icon=":material/play_arrow:"):
            wish = source.title.removesuffix("-file").split(".")[0]
            name = store().free_name(f"{wish}-topics")
            _show(filejob=jobs.submit(spec, store=store(), name=name).id)
    command_line(spec.model_copy(update=named))


def _estimate(now: Opened, source: Artifact) -> str:
    rows = int(source.facts.get("rows", 0))
    for before in _results(now):
        if rate := before.facts.get("rows_per_second"):
            told = about(rows / float(rate)).removesuffix(" left").capitalize()
            return f"{told} here, if the texts are as long as those of the file before."
    return "The time left is known a few seconds after the start."


def _disk(source: Artifact) -> str:
    from engine.data.files.space import result_bytes
    from engine.topics.assign.file import NUMBERS

    whole, _ = result_bytes(source.path / "rows.parquet", NUMBERS)
    return f"The result takes about {size(whole)} on disk."


def _results(now: Opened) -> list[Artifact]:
    mine = f"topics/{now.artifact.key}"
    return [a for a in store().artifacts("assignments") if a.manifest.inputs.get("topics") == mine]


def _earlier(now: Opened) -> None:
    if not (results := _results(now)):
        return
    st.caption("Files whose topics were found before:")
    for one in results[:5]:
        if st.button(plain(describe(one)), key=f"earlier-{one.key}", type="tertiary",
                     icon=":material/table_view:"):  # fmt: skip
            _show(assignments=one.key)


@st.cache_data(max_entries=50, show_spinner="Looking at the columns")
def planned(rows: str, ready: str, text: tuple[str, ...]) -> dict[str, Any]:
    """How the file would be read: text, notes, problem, columns, and a few texts."""
    from engine.data.files.text_columns import choose_text
    from engine.data.rows import Reader
    from engine.data.sample import table_sample
    from engine.errors import InputError
    from engine.topics.assign.card import Card

    sample = table_sample(Path(rows))
    seen: dict[str, Any] = {"columns": list(sample), "text": [], "notes": [], "problem": "",
                            "examples": []}  # fmt: skip
    said = (Path(ready) / "assigner.json").read_text(encoding="utf-8")
    try:
        plan = choose_text(sample, Card.model_validate(json.loads(said)).known, list(text))
    except InputError as error:
        return {**seen, "problem": str(error)}
    first = {name: list(sample[name][:20]) for name in plan.plan.text}
    texts = [one for one in Reader(plan.plan).texts(first) if one][:_EXAMPLES]
    return {**seen, "text": plan.plan.text, "notes": list(plan.notes), "examples": texts}


def _show(**ids: str) -> None:
    for name in FILE_PARAMS:
        st.query_params.pop(name, None)
    st.query_params.update({name: value for name, value in ids.items() if value})
    st.rerun()
