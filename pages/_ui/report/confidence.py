"""Probabilities in, how far to trust them out: calibration, and when to leave a text open."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages._ui.format import count, percent
from pages._ui.loaders import payload_json
from pages._ui.report.subject import Subject, answers, open_texts

_AIMS = (0.9, 0.95, 0.98, 0.99)


def confidence(about: Subject) -> None:
    """The reliability of the probabilities, then the trade between answering and being right."""
    st.subheader("Is it as sure as it should be?", anchor=False)
    _calibration(about)
    st.subheader("When to leave a text to a person", anchor=False)
    _thresholds(about)


def _calibration(about: Subject) -> None:
    from engine.classify.evaluation.calibration import (
        bin_of,
        honesty,
        reliability,
        without_temperature,
    )
    from engine.figures.base import CONFIG
    from engine.figures.reliability import reliability_figure

    given = answers(about)
    bins = reliability(given.targets, given.probabilities)
    card = payload_json(about.model, "model.json") if about.model else None
    temperature = float(card["temperature"]) if card else 1.0
    plain_shares = without_temperature(given.probabilities, temperature)
    before = reliability(given.targets, plain_shares) if temperature != 1.0 else []
    box = f"bin-{about.found.key}"
    if st.session_state.get(box) not in range(len(bins)):
        st.session_state[box] = _worst([abs(b.confidence - b.accuracy) * b.rows for b in bins])
    chart, texts = st.columns(2, gap="large")
    with chart:
        figure = reliability_figure(bins, before=before)
        chart_key = f"reliability-{about.found.key}"

        def choose() -> None:
            for point in st.session_state[chart_key]["selection"]["points"]:
                if point["curve_number"] == len(figure.data) - 1:
                    st.session_state[box] = point["point_index"]

        st.plotly_chart(
            figure, config=CONFIG, key=chart_key, on_select=choose, selection_mode="points",
            alt="Share right against confidence; on the diagonal the probabilities are honest",
        )  # fmt: skip
        st.caption(
            "On the dotted line it is as often right as it says; above it is too modest, below "
            "too sure. The larger a dot, the more texts; lines are 95 % intervals."
        )
    with texts:
        rows = [("As it answers", honesty(given.targets, given.probabilities))]
        if before:
            rows.append(("Without temperature", honesty(given.targets, plain_shares)))
        st.dataframe(
            {
                "Probabilities": [name for name, _ in rows],
                "ECE": [one.ece * 100 for _, one in rows],
                "Log loss": [one.log_loss for _, one in rows],
                "Brier": [one.brier for _, one in rows],
            },
            column_config={
                "ECE": st.column_config.NumberColumn(
                    format="%.1f %%", help="Mean distance between confidence and share right."
                ),
                "Log loss": st.column_config.NumberColumn(
                    format="%.3f", help="Mean surprise at the right answer, in nats."
                ),
                "Brier": st.column_config.NumberColumn(
                    format="%.3f", help="Mean squared distance from certainty about the truth."
                ),
            },
            hide_index=True,
        )
        if before:
            st.caption(
                f"Its temperature is {temperature:.2f}, fitted on the validation texts: "
                + ("it makes the probabilities more modest." if temperature > 1 else
                   "it makes the probabilities surer.")
            )  # fmt: skip
        names = [f"{b.low:.0%} to {b.high:.0%} sure: {count(b.rows, 'text')}" for b in bins]
        picked = st.selectbox(
            "Open the texts of a bin", range(len(bins)), format_func=names.__getitem__, key=box,
            help="Or click its dot. Mistakes first, the surest of them on top.",
        )  # fmt: skip
        place = round(bins[picked].low * 10)
        inside = bin_of(given.confidence) == place
        open_texts(about, given.errors_first(inside), f"bin-{place}")


def _thresholds(about: Subject) -> None:
    from engine.classify.evaluation.thresholds import at_threshold, coverage_curve
    from engine.figures.base import CONFIG
    from engine.figures.coverage import coverage_figure

    given = answers(about)
    if not len(given):
        return
    slider = f"threshold-{about.found.key}"
    _aims(about, slider)
    least = 100.0 / len(about.labels)
    threshold = st.slider(
        "Answer when it is at least this sure", int(least), 100, key=slider, format="%d %%",
        help="Below, a text is left open, for a person to read.",
    ) / 100  # fmt: skip
    found = at_threshold(given, threshold)
    if not found["answered"]:
        st.markdown("It answers none of the texts; lower the threshold.")
        return
    low, high = (end * 100 for end in found["accuracy_interval"])
    st.markdown(
        f"**Answers {percent(found['coverage'])} of the texts, {percent(found['accuracy'])} of "
        f"those right** (95 %: {low:.1f} to {high:.1f}). It leaves "
        f"{count(found['rows'] - found['answered'], 'text')} open and is wrong about "
        f"{count(found['errors'])}."
    )
    chart, table = st.columns(2, gap="large")
    with chart:
        st.plotly_chart(
            coverage_figure(coverage_curve(given), chosen=(found["coverage"], found["accuracy"])),
            config=CONFIG,
            key="coverage",
            alt="Share right of the answered texts against the share answered",
        )
        st.caption("To the left it answers fewer texts and is right more often.")
    with table:
        per_class = found["per_class"]
        st.dataframe(
            {
                "Category": list(per_class),
                "Texts": [one["support"] for one in per_class.values()],
                "Answered": [_hundred(one["answered"] / one["support"] if one["support"] else None)
                             for one in per_class.values()],
                "Precision": [_hundred(one["precision"]) for one in per_class.values()],
                "Right": [_hundred(one["kept_right"]) for one in per_class.values()],
            },
            column_config={
                "Answered": st.column_config.NumberColumn(
                    format="%.1f %%", help="Of the category's texts, how many are answered."
                ),
                "Precision": st.column_config.NumberColumn(
                    format="%.1f %%", help="Of the answers that name it, how many are right."
                ),
                "Right": st.column_config.NumberColumn(
                    format="%.1f %%",
                    help="Of the category's answered texts, how many are right (recall among "
                    "the answered).",
                ),
            },
            hide_index=True,
            height=min(38 + 35 * len(per_class), 353),
        )  # fmt: skip
    which = st.segmented_control(
        "Open", ["Answered wrongly", "Left open"], default="Answered wrongly", required=True,
        key=f"open-{about.found.key}", label_visibility="collapsed",
    )  # fmt: skip
    said = given.confidence >= threshold
    wanted = said & ~given.right if which == "Answered wrongly" else ~said
    open_texts(about, given.errors_first(np.asarray(wanted)), f"{which}-{threshold:.2f}")


def _aims(about: Subject, slider: str) -> None:
    """Buttons that set the slider to what reaches an accuracy on rows it is not judged on."""
    from engine.classify.evaluation.thresholds import threshold_for

    chosen_on = about.split
    if about.found.kind == "model" and about.split == "test" and len(answers(about, "validation")):
        chosen_on = "validation"
    start = st.session_state.get(slider)
    if start is None:
        st.session_state[slider] = max(50, -(-100 // len(about.labels)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Of the answers, right should be", width="content")
        for aim in _AIMS:
            found = threshold_for(answers(about, chosen_on), aim)
            if st.button(
                f"{aim:.0%}".replace("%", " %"),
                key=f"aim-{aim}",
                disabled=found is None,
                on_click=_set,
                args=(slider, found),
                help=f"The lowest threshold that reaches this on the {chosen_on} texts."
                if found is not None
                else f"No threshold reaches this on the {chosen_on} texts.",
            ):
                pass
    if chosen_on != about.split:
        st.caption(
            "These are chosen on the validation texts, so that the figures below, of the test "
            "texts, do not flatter them."
        )
    else:
        st.caption("There are no other texts to choose on: expect a little less on new ones.")


def _set(slider: str, threshold: float) -> None:
    st.session_state[slider] = int(np.ceil(threshold * 100))


def _worst(gaps: list[float]) -> int:
    return int(np.argmax(gaps)) if gaps else 0


def _hundred(share: float | None) -> float | None:
    return None if share is None else share * 100
