"""Edited topics in; the way to keep them as topics of their own on the page out."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.topics.edit.pending import frozen
from engine.topics.edit.spec import TopicsEditSpec
from pages._ui import nav
from pages._ui.forms import command_line
from pages._ui.loaders import store
from pages._ui.topics.opened import Opened


def keep_view(now: Opened) -> None:
    """Draw the name and the button; these topics and their edits stay as they are."""
    st.caption(
        "Edits are kept beside these topics. As topics of their own, edited ones can be exported, "
        "compared, and given new documents, here and on another machine."
    )
    with st.form(f"keep-{now.key}", border=False):
        name = st.text_input("Name", store().free_name(f"{now.artifact.title}-edited"))
        asked = st.form_submit_button("Keep as new topics", icon=":material/library_add:")
    spec = TopicsEditSpec(
        topics=now.artifact.name or now.artifact.key, edits=str(frozen(store(), now.artifact))
    )
    command_line(spec)
    if asked:
        nav.go("topics", job=jobs.submit(spec, store=store(), name=name.strip()).id)
