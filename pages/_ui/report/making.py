"""A model or an evaluation in, how it came to be out: curves, command, settings, origin."""

from __future__ import annotations

import streamlit as st

from engine.flags import command
from engine.stages import stage_of
from pages._ui import nav
from pages._ui.artifacts import lineage
from pages._ui.format import count
from pages._ui.loaders import payload_json
from pages._ui.report.baseline import baseline_spec
from pages._ui.report.learning import curves
from pages._ui.report.subject import Subject
from pages._ui.texts import plain


def making(about: Subject) -> None:
    """How it learnt, the command that makes the same, and what it was made from."""
    found, facts = about.found, about.found.facts
    if len(points := payload_json(found, "points.json") or []) > 1:
        st.subheader("How it learnt", anchor=False)
        curves(
            points,
            f"curves-{found.key}",
            metric=str(found.manifest.spec.get("metric", "macro_f1")),
            kept=facts.get("best_step"),
        )
    st.subheader("How it was made", anchor=False)
    st.code(found.manifest.command, language="bash", wrap_lines=True)
    if found.kind == "model":
        told = [f"encoder {facts.get('encoder')}", f"attention {facts.get('kernel')}"]
        told.append(f"on {facts.get('device')}")
        if "steps" in facts:
            told.append(f"{count(facts['steps'], 'step')}, kept as of step {facts['best_step']:,}")
        st.caption(plain(" · ".join(told)))
    if spec := baseline_spec(about):
        st.caption("The TF-IDF baseline beside it:")
        st.code(command(stage_of(spec), spec), language="bash", wrap_lines=True)
    st.mermaid_chart(lineage(found))
    nav.link("runs", "All of it on the Runs page", artifact=found.key, tab="Artifacts")
