"""Opened topics in; how surely each is found again, as a picture, and the way to know it, out."""

from __future__ import annotations

import streamlit as st

from engine.figures.base import CONFIG
from engine.figures.topic_stability import Line, kind_of, stability_figure
from engine.topics.stability.score import Survival, Whole
from engine.topics.stability.spec import StabilitySpec
from engine.topics.wish import wish_of
from pages._ui.format import about, count, duration
from pages._ui.forms import command_line
from pages._ui.loaders import payload_json, store
from pages._ui.texts import plain
from pages._ui.topics.in_place import at_work, begin
from pages._ui.topics.opened import Opened
from pages._ui.topics.quality.numbers import Scored, scored, wholes_of

_PARAM = "stability"
_SHOWN = 25


def stability_view(now: Opened) -> None:
    """Draw it."""
    if at_work(_PARAM, title="Finding the topics again", stoppable=True):
        return
    found = scored(now)
    if found:
        _result(now, found)
    else:
        st.markdown(
            "Which of these topics hang on chance? They are looked for again, with other seeds "
            "and on parts of the documents, and each topic is told how often it came back."
        )
    _more(now, found)


def confused(now: Opened, one: Survival | None) -> str:
    """'Name (17 %), Other (11 %)': the topics it is taken for; "" where there are none."""
    names = now.names()
    alike = one.alike if one else ()
    return ", ".join(f"{names.get(i, f'topic {i}')} ({share:.0%})" for i, share in alike)


def _result(now: Opened, found: Scored) -> None:
    wholes = wholes_of(now, found)
    st.markdown(_verdict(found, wholes))
    known = [one for one in found.each.values() if one.refits]
    known.sort(key=lambda one: one.jaccard)
    names = now.names()
    shown = known[:_SHOWN]
    lines = [Line(names[one.id], one.jaccard, one.low, one.high, _told(now, one)) for one in shown]
    st.plotly_chart(
        stability_figure(lines),
        config=CONFIG,
        key=f"stability-{now.key}-{found.artifact.key}",
        alt="Each topic with the mean and the spread of its agreement with the topic found again",
    )
    least = "" if len(shown) == len(known) else f"The {len(shown)} least sure of {len(known)}. "
    st.caption(
        f"{least}Each mark is the mean over the re-fits, its bar reaches from the worst to the "
        "best. From 0.75 on a topic is stable, below 0.5 it is not found again (Hennig 2007). "
        "Read the ones that are not stable before you rely on them; one that is confused with "
        "another may belong to it."
    )
    _by_kind(found, wholes)
    if found.edited:
        st.caption(
            ":material/edit: These topics are as edits or added documents left them; the re-fits "
            "know nothing of that, so a topic that you made may score low and still be right."
        )


def _verdict(found: Scored, wholes: list[Whole]) -> str:
    known = [one for one in found.each.values() if one.refits]
    kinds = [kind_of(one.jaccard) for one in known]
    counts = {kind: kinds.count(kind) for kind in ("stable", "doubtful", "comes and goes")}
    verbs = {
        "stable": ("is stable", "are stable"),
        "doubtful": ("is doubtful", "are doubtful"),
        "comes and goes": ("comes and goes", "come and go"),
    }
    parts = [f"{n} {verbs[kind][n != 1]}" for kind, n in counts.items() if n]
    low = min(one.topics for one in wholes)
    high = max(one.topics for one in wholes)
    many = f"{low}" if low == high else f"{low} to {high}"
    return (
        f"Of {count(len(known), 'topic')}, **{', '.join(parts)}**. On average a topic is found "
        f"again in {found.survival:.0%} of {found.refits} re-fits, which found {many} topics."
    )


def _told(now: Opened, one: Survival) -> str:
    told = [f"found in {round(one.survival * one.refits)} of {one.refits}"]
    if one.merged:
        told.append(f"within a larger one in {round(one.merged * one.refits)}")
    if one.scattered:
        told.append(f"scattered in {round(one.scattered * one.refits)}")
    alike = confused(now, one)
    return ", ".join(told) + (f"; like {alike}" if alike else "")


def _by_kind(found: Scored, wholes: list[Whole]) -> None:
    """How the re-fits as wholes agree: those with another seed, those of a part."""
    runs = payload_json(found.artifact, "runs.json") or []
    said = []
    for name, whole in (("other seeds", True), ("parts of the documents", False)):
        mine = [one for run, one in zip(runs, wholes, strict=True) if (run["share"] == 1) == whole]
        if mine:
            ari = [one.ari for one in mine]
            nmi = [one.nmi for one in mine if one.nmi == one.nmi]
            spread = f"{min(ari):.2f} to {max(ari):.2f}"
            beside = f", NMI {sum(nmi) / len(nmi):.2f}" if nmi else ""
            said.append(f"{name}: ARI {sum(ari) / len(ari):.2f} ({spread}){beside}")
    st.caption(f"Agreement of all documents with {'; '.join(said)}. 1 is the same, 0 is chance.")
    with st.expander("The re-fits", icon=":material/replay:"):
        st.dataframe(
            {
                "Seed": [run["seed"] for run in runs],
                "Documents": [run["share"] for run in runs],
                "Topics": [one.topics for one in wholes],
                "In no topic": [one.outlier_share for one in wholes],
                "ARI": [one.ari for one in wholes],
                "NMI": [one.nmi for one in wholes],
                "Time": [duration(run["seconds"]) for run in runs],
            },
            column_config={
                "Documents": st.column_config.NumberColumn(format="percent"),
                "In no topic": st.column_config.NumberColumn(format="percent"),
                "ARI": st.column_config.NumberColumn(format="%.3f"),
                "NMI": st.column_config.NumberColumn(format="%.3f"),
            },
            hide_index=True,
        )


def _more(now: Opened, found: Scored | None) -> None:
    """The button that measures, or measures more finely, and what it would take."""
    wish = wish_of(store(), now.artifact)
    spec = StabilitySpec(topics=now.artifact.key)
    if found:
        done = found.refits
        if done >= 50:
            return
        half = min(50, max(5, done))
        spec = StabilitySpec(topics=now.artifact.key, seeds=half, subsamples=half)
    label = "Measure with more re-fits" if found else "Find them again"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            label, icon=":material/replay:", type="secondary" if found else "primary",
            key="measure-stability",
        ):  # fmt: skip
            begin(spec, _PARAM)
        refits = spec.seeds + spec.subsamples
        time = about(refits * _a_refit(now, found)).removesuffix(" left")
        st.caption(plain(f"{refits} re-fits with seeds other than {wish.seed}, {time}."))
    command_line(spec)


def _a_refit(now: Opened, found: Scored | None) -> float:
    """Seconds that one takes: as before, or as the reduction did when these were made."""
    if found:
        runs = payload_json(found.artifact, "runs.json") or []
        return max(0.1, float(sum(run["seconds"] for run in runs)) / max(1, len(runs)))
    spaces = [a for a in store().inputs(now.artifact) if a.kind == "projection"]
    reduced = float(spaces[0].facts.get("reduce_seconds") or 0) if spaces else 0.0
    return reduced + 0.0002 * len(now.topics.assigned) + 0.1
