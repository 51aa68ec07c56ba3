"""A classifier's artifact in, what answers for it as one types out: ready, or being made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from engine import jobs
from engine.errors import InputError
from engine.jobs.record import State
from engine.resolve import addressed
from engine.stages import SHIPPED
from engine.store import Artifact
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, store
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.classify.live.classifier import LiveClassifier

FIRST = "reviews-starter"


def bring_starter() -> None:
    """Where no classifier is there yet, put the one for reviews there, so that one can type.

    One that came along and is not in the list yet is brought, too, where the address names it.
    """
    named = st.query_params.get("model", "")
    if named in shipped() and store().named(named) is None:
        wanted = named
    elif store().artifacts("model"):
        return
    else:
        wanted = FIRST
    try:
        with st.spinner("Unfolding the classifier that comes with Limn, once"):
            addressed(store(), wanted, "model")
    except InputError as error:
        st.caption(plain(error))


def other_starters(key: str) -> None:
    """A button for each classifier that came along and is not in the list yet."""
    missing = [name for name in shipped() if store().named(name) is None]
    for name in missing:
        if st.button(
            f"Add {name}",
            key=f"add-{name}",
            icon=":material/add:",
            type="tertiary",
            help="Comes with Limn; takes about 90 MB in the cache.",
        ):
            st.query_params[key] = addressed(store(), name, "model").key
            st.rerun()


@st.cache_data(show_spinner=False)
def shipped() -> list[str]:
    """Names of the starters whose files are there."""
    from engine.classify.starters.starter import names

    return [name for name in names() if name in SHIPPED]


def prepared(found: Artifact, param: str) -> str | None:
    """Folder of the export that `found` needs, "" where it needs none; None while it is missing.

    Where it is missing, the button that makes it, or the job that does, is drawn.
    """
    from engine.classify.live.classifier import export_needed

    spec = export_needed(found)
    if spec is None:
        return ""
    if ready := made(spec):
        return str(ready.path)
    if job_id := st.query_params.get(param):
        job = job_monitor(job_id, title="Preparing live answers", param=param)
        if job and job.state == State.DONE:
            st.query_params.pop(param, None)
            st.rerun()
        if job:
            return None
    st.markdown(
        f"**{plain(found.title)}** reads texts with the encoder "
        f"{plain(found.facts.get('encoder', ''))}. To answer while you type, that encoder is "
        "prepared once; it takes about a minute."
    )
    if st.button("Prepare it", key=f"prepare-{param}", type="primary", icon=":material/bolt:"):
        st.query_params[param] = jobs.submit(spec, store=store()).id
        st.rerun()
    command_line(spec)
    return None


@st.cache_resource(max_entries=4, show_spinner="Waking the classifier, once")
def live(path: str, exported: str) -> LiveClassifier:
    """The live classifier of a model's folder, shared by all sessions."""
    from engine.classify.live.classifier import load_live

    return load_live(Path(path), Path(exported) if exported else None)


@st.cache_data(max_entries=50, show_spinner=False)
def known_languages(key: str) -> list[str]:
    """The languages a model learnt from: as its card says, else those of its dataset's texts."""
    found = store().get(key, "model")
    if told := found.facts.get("languages"):
        return list(told)
    dataset = next((a for a in store().inputs(found) if a.kind == "dataset"), None)
    if dataset is None:
        return []
    from engine.classify.live.language import languages_of
    from engine.data.sample import table_sample

    texts = [str(t) for t in table_sample(dataset.path / "rows.parquet")["text"] if t]
    return languages_of(texts[:: max(1, len(texts) // 200)][:200])
