"""A dataset in, a job that finds its topics out: which encoder, which knobs, how long, start."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.encoder.hub.find import is_here
from engine.store import Artifact
from engine.topics.spec import TopicsSpec
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.format import about, count
from pages._ui.forms import command_line, spec_form
from pages._ui.loaders import made, store
from pages._ui.texts import plain
from pages._ui.topics.known_topics import known_topics

_FULL = 2_500
"""Up to so many documents the full encoder is the first choice: it takes a minute or two."""
_READ = {
    "draft": (
        "A first look",
        "Words are looked up in a table made from the encoder: thousands of texts a second, also "
        "without a GPU.",
    ),
    "minilm": (
        "The whole encoder",
        "Every text is read with its context. Better topics; tens of texts a second on a laptop.",
    ),
    "other": ("Another encoder", "A folder on this machine or a Hugging Face id."),
}
_GROUPS = (
    ("How many topics", ["cluster", "topics", "min_cluster_size"]),
    ("How they are described", ["bigrams", "diversity"]),
    ("Where they are looked for", ["dims", "neighbors", "map"]),
    ("What is read", ["max_length", "seed"]),
)
_LABELS = {
    "cluster": "How topics are found",
    "topics": "Topics (0: the documents decide)",
    "min_cluster_size": "Documents a topic has at least (0: chosen for you)",
    "max_length": "Tokens read of a text (0: the encoder's limit)",
    "neighbors": "Documents that count as near",
    "bigrams": "Pairs of words too",
    "dims": "Dimensions",
    "map": "Map",
}


def start_form(dataset: Artifact) -> None:
    """Draw the choices for `dataset`; Start leaves for the job."""
    rows = int(dataset.facts["rows"])
    names = list(_READ)
    read = st.radio(
        "How the texts are read",
        names,
        index=0 if rows > _FULL else 1,
        format_func=lambda name: _READ[name][0],
        captions=[caption for _, caption in _READ.values()],
        key=f"topics-read-{dataset.key}",
    )
    encoder = read or "draft"
    if read == "other":
        encoder = st.text_input(
            "Encoder", key="topics-encoder", placeholder="BAAI/bge-small-en-v1.5",
            help="safetensors only; a Hugging Face id is fetched once.",
        ).strip()  # fmt: skip
        if not encoder:
            st.caption("Name an encoder to go on.")
            return
    chosen = known_topics(key="topics")
    with st.expander("More choices", icon=":material/tune:"):
        for title, fields in _GROUPS:
            st.markdown(f"**{title}**")
            with st.grid(2, min_column_width=200):
                chosen |= spec_form(TopicsSpec, fields, key="topics", labels=_LABELS)
    with boundary():
        spec = TopicsSpec.parse({"dataset": dataset.key, "encoder": encoder, **chosen})
        st.caption(f":material/timer: {plain(_how_long(spec, dataset))}")
        _begin(spec, dataset)


def _begin(spec: TopicsSpec, dataset: Artifact) -> None:
    shown = spec.model_copy(update={"dataset": dataset.name or dataset.key})
    if is_here(spec.encoder) and (here := made(spec)):
        st.success(
            f"Already made with these choices: {plain(here.title)}.", icon=":material/check:"
        )
        if st.button("Open them", type="primary", icon=":material/open_in_new:"):
            nav.go("topics", topics=here.key)
    elif st.button("Find the topics", type="primary", icon=":material/play_arrow:"):
        name = store().free_name(f"{dataset.title}-topics")
        nav.go("topics", job=jobs.submit(spec, store=store(), name=name).id)
    command_line(shown)


def _how_long(spec: TopicsSpec, dataset: Artifact) -> str:
    from engine.topics.estimate import estimate

    found = estimate(spec, dataset, store=store())
    documents = count(dataset.facts["rows"], "document")
    time = (
        "under half a minute" if found.seconds < 30 else about(found.seconds).removesuffix(" left")
    )
    why = "judging by earlier runs" if found.measured else "by a guess for two laptop cores"
    known = "Its texts have been read already. " if not found.read else ""
    return f"{known}{documents}: {time} here, {why}."
