"""Opened topics in; files to take away of them, as edited, on the page out.

Small files are made when the button is pressed, others by a job (?takejob= in the address).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from engine.store import Artifact
from engine.topics.edit.pending import frozen
from engine.topics.take_away.spec import TopicsExportSpec
from pages._ui.boundary import boundary
from pages._ui.format import size
from pages._ui.forms import command_line
from pages._ui.loaders import made, store
from pages._ui.texts import plain
from pages._ui.topics.edit.editing import history_of
from pages._ui.topics.in_place import at_work, begin
from pages._ui.topics.opened import Opened

_JOB = "takejob"
_MOST_BYTES = 300_000_000
"""Largest file that a button hands out: the browser's copy stands in the server's memory."""
_AT_ONCE = 5_000
"""Documents up to which tables and the page are made while a person waits."""


@dataclass(frozen=True)
class _Kind:
    """What can be taken away: its name, the endings there are and what it is good for."""

    name: str
    endings: tuple[str, ...]
    said: str
    at_once: bool = True
    """Whether it takes no time where documents are few."""


_KINDS = {
    "map": _Kind("The map as a web page", ("html",), "Every document, searchable, with titles and "
                 "links; one file that opens in any browser, without Limn or a network."),
    "figure": _Kind("The map as a figure", ("png", "svg", "pdf"), "For print: the largest topics "
                    "by name around the map.", at_once=False),
    "documents": _Kind("All documents", ("csv", "xlsx", "parquet"), "Each with its topic, the "
                       "topic's name and how surely, then every column of the file."),
    "topics": _Kind("The topics", ("csv", "json"), "Each with its name, size, words and most "
                    "typical titles."),
    "bertopic": _Kind("A folder for BERTopic", ("zip",), "BERTopic.load opens it; it holds no "
                      "program, only numbers and words."),
    "edits": _Kind("The edits", ("json",), "What was renamed, merged, split and moved, to make it "
                   "again on other topics."),
}  # fmt: skip
_MIME = {
    "html": "text/html",
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "zip": "application/zip",
}


def take_away_view(now: Opened) -> None:
    """Draw it: a button that opens the choice."""
    with st.popover("Download", icon=":material/download:", type="tertiary"), boundary():
        _choice(now)


def _choice(now: Opened) -> None:
    kinds = [name for name in _KINDS if _there(now, name)]
    kind = st.selectbox(
        "What", kinds, format_func=lambda name: _KINDS[name].name, key="take-what", width=320
    )
    endings = _KINDS[kind].endings
    ending = endings[0]
    if len(endings) > 1:
        ending = st.segmented_control(
            "Format", endings, default=ending, required=True, key=f"take-as-{kind}",
            format_func=lambda one: f".{one}",
        ) or ending  # fmt: skip
    st.caption(_KINDS[kind].said)
    edits = frozen(store(), now.artifact) if history_of(now.artifact).done else None
    if kind == "edits" and edits:
        _button(now, kind, ending, edits.read_bytes)
        return
    spec = TopicsExportSpec(
        topics=now.artifact.key, file=_file(kind, ending), edits=str(edits) if edits else ""
    )
    if at_work(_JOB, title="Making the file"):
        return
    if here := made(spec):
        _ready(now, kind, ending, here)
    elif kind == "topics" or (_KINDS[kind].at_once and len(now.topics.assigned) <= _AT_ONCE):
        _button(now, kind, ending, partial(_made, spec))
    elif st.button("Make the file", icon=":material/deployed_code:", key="take-make"):
        begin(spec, _JOB)
    command_line(spec.model_copy(update={"topics": now.artifact.name or now.artifact.key}))


def _there(now: Opened, kind: str) -> bool:
    """Whether it can be made: no map without points, no table without a dataset."""
    return {
        "map": now.projection is not None and now.dataset is not None,
        "figure": now.projection is not None and now.dataset is not None,
        "edits": bool(history_of(now.artifact).done),
        "bertopic": now.vectors is not None and bool(now.topics.found),
    }.get(kind, now.dataset is not None)


def _file(kind: str, ending: str) -> str:
    return f"{'map' if kind == 'figure' else kind}.{ending}"


def _ready(now: Opened, kind: str, ending: str, here: Artifact) -> None:
    path = here.path / str(here.facts["file"])
    if here.facts["bytes"] <= _MOST_BYTES:
        _button(now, kind, ending, path.read_bytes, said=size(here.facts["bytes"]))
        return
    st.info(
        f"{size(here.facts['bytes'])} are too much for the browser. It lies on the machine Limn "
        f"runs on: {plain(path)}",
        icon=":material/info:",
    )


def _button(
    now: Opened, kind: str, ending: str, data: Callable[[], bytes], *, said: str = ""
) -> None:
    st.download_button(
        f"Download (.{ending}{', ' + said if said else ''})",
        data,
        file_name=f"{now.artifact.title}-{'map' if kind == 'figure' else kind}.{ending}",
        mime=_MIME[ending],
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        key="take-file",
    )


def _made(spec: TopicsExportSpec) -> bytes:
    """The file, made when the button is pressed."""
    from engine.work import run

    here = run(spec, store=store())
    return (here.path / spec.file).read_bytes()
