"""Opened topics in; names that a language model proposes for them, to take or leave, out.

The job is in the address as ?labeljob=.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import InputError
from engine.progress import SILENT
from engine.resolve import resolve
from engine.settings import settings
from engine.store import Artifact
from engine.topics.edit.edits import Rename
from engine.topics.label.build import SHOWN, beginnings, load_labels, question
from engine.topics.label.endpoint import Endpoint, endpoint
from engine.topics.label.shape import shaped
from engine.topics.label.spec import LabelSpec
from engine.topics.label.where import is_here
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.loaders import store
from pages._ui.texts import plain
from pages._ui.topics.edit.editing import make
from pages._ui.topics.in_place import at_work, begin
from pages._ui.topics.opened import Opened

_JOB = "labeljob"


def label_view(now: Opened) -> None:
    """Draw it: how to set one up, what would be sent, then the proposals."""
    st.subheader("Name topics with a language model", anchor=False)
    kept = settings()
    if not kept.llm_url or not kept.llm_model:
        st.caption(
            "Off. To have names proposed, set `LIMN_LLM_URL` to an OpenAI-compatible address (a "
            "model on this machine: `http://localhost:11434/v1`) and `LIMN_LLM_MODEL` to a model "
            "there, `LIMN_LLM_KEY` too where it wants one, and start Limn again."
        )
        return
    asked = endpoint(kept.llm_url, kept.llm_model)
    if at_work(_JOB, title="Naming topics"):
        return
    documents = st.number_input(
        "Documents read of each topic", 0, 20, 4, key="label-documents", width=220,
        help="0 sends the topics' words alone.",
    )  # fmt: skip
    spec = LabelSpec(
        topics=now.artifact.key,
        edits=shaped(store(), now.artifact),
        model=asked.model,
        documents=int(documents),
    )
    found = _latest(spec)
    if found is None:
        _ask(now, asked, spec)
    else:
        _proposals(now, asked, spec, found)


def _ask(now: Opened, asked: Endpoint, spec: LabelSpec) -> None:
    """Say what goes where, and send it when it is agreed to."""
    topics = now.topics.found
    if not topics:
        st.caption("There is no topic to name.")
        return
    host = asked.host
    sent = "the topic's words"
    if spec.documents:
        sent += f" and the first {SHOWN} characters of {count(spec.documents, 'document')}"
    where = (
        f"{host}, which is this machine: nothing leaves it"
        if is_here(asked.url)
        else f"**{plain(host)}**, another machine"
    )
    st.markdown(
        f"{count(len(topics), 'question')}, one a topic: each sends {sent} to {where}. "
        f"The model is {plain(asked.model)}. You can leave the page meanwhile: every name is "
        "kept as it comes."
    )
    with st.expander("The first question, word for word", icon=":material/outgoing_mail:"):
        shown = beginnings(store(), now.artifact, topics[0], spec.documents)
        st.code(question(topics[0], shown), language=None, wrap_lines=True)
    agreed = is_here(asked.url) or st.checkbox(
        f"Yes, send this to {plain(host)}", key=f"label-agreed-{host}"
    )
    if st.button(
        "Ask for names", icon=":material/auto_awesome:", key="label-ask", disabled=not agreed
    ):
        begin(spec, _JOB)
    _command(now, spec)


def _proposals(now: Opened, asked: Endpoint, spec: LabelSpec, found: Artifact) -> None:
    """The names beside what bears them out; those that are ticked become the topics' names."""
    names = now.names()
    labels = [one for one in load_labels(found) if one.name and one.topic in names]
    fresh = [one for one in labels if names[one.topic] != one.name]
    if not fresh:
        st.caption(
            f"All {count(len(labels), 'name')} that came from {plain(asked.model)} are taken."
        )
    else:
        edited: Any = st.data_editor(
            {
                "Take": [one.supported and not one.why for one in fresh],
                "Topic": [names[one.topic] for one in fresh],
                "Proposed": [one.name for one in fresh],
                "Evidence": [one.why or "Said by its words or documents." for one in fresh],
            },
            hide_index=True,
            disabled=["Topic", "Evidence"],
            key=f"labels-{found.key}-{now.version}",
            column_config={
                "Take": st.column_config.CheckboxColumn(width="small"),
                "Proposed": st.column_config.TextColumn(max_chars=200, help="You can change it."),
                "Evidence": st.column_config.TextColumn(width="large"),
            },
        )  # fmt: skip
        taken = [
            Rename(topic=one.topic, name=str(name).strip())
            for one, name, take in zip(fresh, edited["Proposed"], edited["Take"], strict=True)
            if take and str(name or "").strip()
        ]
        if st.button(
            f"Take {count(len(taken), 'name')}", icon=":material/check:", key="label-take",
            type="primary", disabled=not taken,
        ):  # fmt: skip
            make(now.artifact, *taken)
        st.caption(
            "Names that words and documents do not say in full are not ticked. Taking is an edit: "
            "Undo is above."
        )
    missing = len(names) - len(labels)
    if missing > 0:
        st.caption(f"{count(missing, 'topic')} got no answer that is a name.")
        if st.button("Ask for the rest", icon=":material/replay:", key="label-rest"):
            begin(spec, _JOB)
    _command(now, spec)


def _command(now: Opened, spec: LabelSpec) -> None:
    command_line(spec.model_copy(update={"topics": now.artifact.name or now.artifact.key}))


def _latest(spec: LabelSpec) -> Artifact | None:
    """What came of this question, also where the model fell silent half way."""
    try:
        wanted = resolve(spec, store(), SILENT)
    except InputError:
        return None
    gave = [one for one in store().artifacts("labels") if wanted.gives(one)]
    return max(gave, key=lambda one: one.facts.get("named", 0) + one.facts.get("flagged", 0),
               default=None)  # fmt: skip
