"""A training's spec in; its check before the start out: first batch, time, memory, a button."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from engine import jobs
from engine.classify.spec import RehearseSpec, TrainSpec
from engine.encoder.hub.find import is_here
from engine.jobs import State
from engine.store import Artifact
from pages._ui.format import count, duration, percent, size
from pages._ui.forms import command_line
from pages._ui.job_monitor import job_monitor
from pages._ui.loaders import made, payload_json, store
from pages._ui.texts import plain

_TEXTS = 4
_GONE = "opacity:0.45;text-decoration:line-through"


def rehearsal(spec: TrainSpec) -> None:
    """Draw the check of this very training where there is one, else the way to it."""
    check = RehearseSpec.parse(spec.model_dump())
    if job_id := st.query_params.get("check"):
        job = job_monitor(job_id, title="Checking before the start", param="check")
        if job and job.state in (State.DONE, State.STOPPED):
            del st.query_params["check"]
            st.rerun()
        return
    found = made(check) if is_here(spec.encoder) else None
    if found:
        _result(found)
    elif st.button(
        "Check before start",
        icon=":material/fact_check:",
        help="Shows the first batch exactly as it will be read, and takes a few real steps to tell "
        "how long the whole would take. Under a minute; nothing is kept of the weights.",
    ):
        st.query_params["check"] = jobs.submit(check, store=store()).id
        st.rerun()
    if found:
        command_line(check)


def _result(found: Artifact) -> None:
    facts = found.facts
    low, high = duration(facts["seconds_low"]), duration(facts["seconds_high"])
    with st.container(border=True):
        st.markdown("**Checked before the start**")
        with st.container(horizontal=True):
            st.metric(
                "Time",
                duration(facts["seconds"]),
                help="Loading, embedding, learning, looks, checkpoints and the final scores, "
                "reckoned from a few real steps on this machine.",
            )
            st.metric(
                "Memory",
                size(facts.get("gpu_peak_mib", facts["peak_mib"]) * 2**20),
                help="Most that was held while the longest batch was learnt"
                + (" on the GPU." if "gpu_peak_mib" in facts else "."),
            )
            st.metric(
                "Texts cut",
                percent(facts["truncated"]),
                help=f"Share of the training texts longer than the {facts['limit']} tokens that "
                "are read of each.",
            )
        memory = size(facts["peak_high_mib"] * 2**20)
        sentences = [
            f"{low} to {high}" if low != high else f"About {low}",
            f"at most {memory} of memory",
            f"texts have {facts['tokens_mean']:.0f} tokens on average, the longest "
            f"{facts['tokens_longest']:,}",
        ]
        st.caption(plain("; ".join(sentences) + "."))
        if facts.get("busy"):
            st.caption(
                f":material/info: Others kept the processors {percent(facts['busy'])} busy while "
                "this was measured; alone it goes faster."
            )
        with st.expander("Where the time goes", icon=":material/timer:"):
            _parts(facts)
        with st.expander("The first batch, as it is read", icon=":material/article:"):
            _batch(found)


def _parts(facts: dict[str, Any]) -> None:
    st.dataframe(
        {"Part": list(facts["parts"]), "Seconds": list(facts["parts"].values())},
        column_config={"Seconds": st.column_config.ProgressColumn(
            format="%.1f", min_value=0, max_value=max(facts["parts"].values(), default=1.0) or 1.0
        )},
        hide_index=True,
    )  # fmt: skip
    if facts["measured"]:
        steps = facts["measured"]
        mean = sum(one["seconds"] for one in steps) / len(steps)
        st.caption(
            f"{count(len(steps), 'step')} of {facts['steps']:,} were taken, {mean:.2f} s each, "
            f"with {plain(facts['kernel'])} on {plain(facts['device'])}."
        )


def _batch(found: Artifact) -> None:
    batch = payload_json(found, "batch.json") or []
    mix = {label: one["batch"] for label, one in found.facts["mix"].items() if one["batch"]}
    told = ", ".join(f"{n} {label}" for label, n in mix.items())
    cut = sum(one["cut"] for one in batch)
    st.caption(plain(f"{count(found.facts['batch'], 'text')}: {told}. {count(cut, 'text')} cut."))
    # The cut ones first: they are what a person comes to see.
    for one in sorted(batch, key=lambda one: not one["cut"])[:_TEXTS]:
        with st.container(border=True, gap=None):
            weight = "" if one["weight"] == 1 else f" · counts {one['weight']:g} times"
            st.caption(
                plain(f"{one['label']} · row {one['row']:,} · {one['tokens']} tokens{weight}")
            )
            kept, gone = one["text"][: one["ends"]], one["text"][one["ends"] :]
            lost = f'<span style="{_GONE}" title="not read">{escape(gone)}</span>' if gone else ""
            st.html(f'<div style="white-space:pre-wrap">{escape(kept)}{lost}</div>')
    st.dataframe(
        {
            "Row": [one["row"] for one in batch],
            "Category": [one["label"] for one in batch],
            "Tokens": [one["tokens"] for one in batch],
            "Cut": [one["cut"] for one in batch],
            "As the encoder reads it": [one["read"] for one in batch],
        },
        hide_index=True,
        height=260,
    )
