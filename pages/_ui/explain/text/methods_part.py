"""An explained text in, all methods on it side by side out, and which of them to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from engine.figures.base import CONFIG
from pages._ui.bar import Bar
from pages._ui.explain.loaded import turn
from pages._ui.explain.text.asked import Asked, found, is_known
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.words_part import sides_of
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.subject import Subject
    from engine.explain.trust.compare import Comparison


def methods_part(subject: Subject, asked: Asked, explained: Explained) -> None:
    """Draw the button; once it is pressed, the comparison."""
    whatever = asked.any_method()
    place = st.empty()
    if not is_known(whatever, "compared"):
        with place.container():
            st.caption(
                "Methods often disagree. Run them all on this text, and see which one finds the "
                "words that the answer really hangs on."
            )
            if not st.button("Compare the methods", icon=":material/compare_arrows:"):
                return
    with place.container():  # the bar too: what is drawn below keeps its place, and its state
        made = found(whatever, "compared", lambda: _compare(subject, asked, explained))
    place.empty()
    _verdict(made, asked)
    _scores(made)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _words(subject, made)
    with right:
        _ranks(made)


def _compare(subject: Subject, asked: Asked, explained: Explained) -> Comparison:
    from engine.explain.methods.known import METHODS
    from engine.explain.trust.compare import compare

    bar = Bar("Asking the methods", len(METHODS))
    with turn(subject):
        made = compare(
            subject, explained.reading, explained.target, baseline=asked.compared_with(),
            progress=bar,
        )  # fmt: skip
    bar.end()
    return made


def _verdict(made: Comparison, asked: Asked) -> None:
    if made.best:
        st.success(plain(made.why), icon=":material/recommend:")
        if made.best != asked.method:
            st.button(
                f"Explain it with {_title(made.best)}", key="explain-best",
                icon=":material/lightbulb:", on_click=_take, args=(made.best,),
            )  # fmt: skip
    else:
        st.warning(plain(made.why), icon=":material/warning:")
    for name, why in made.refused.items():
        st.caption(plain(f"{_title(name)} is not here: {why}"))


def _take(method: str) -> None:
    st.query_params["method"] = method


def _scores(made: Comparison) -> None:
    trusts = made.trusts
    st.dataframe(
        {
            "Method": [_title(name) for name in made.names],
            "Taken out": [one.comprehensiveness for one in trusts],
            "Left alone": [one.sufficiency for one in trusts],
            "Infidelity": [one.infidelity for one in trusts],
            "Beats chance": [one.believable for one in trusts],
            "Seconds": [one.seconds for one in made.attributions],
        },
        column_config={
            "Taken out": st.column_config.NumberColumn(
                format="%.3f",
                help="Comprehensiveness: what the answer loses without the words that count most. "
                f"Higher is better; random words: {trusts[0].chance_comprehensiveness:.3f}.",
            ),
            "Left alone": st.column_config.NumberColumn(
                format="%.3f",
                help="Sufficiency: what the answer loses with nothing but those words. Lower is "
                f"better; random words: {trusts[0].chance_sufficiency:.3f}.",
            ),
            "Infidelity": st.column_config.NumberColumn(
                format="%.3f", help="How wrongly the scores foretell the answer as words change."
            ),
            "Seconds": st.column_config.NumberColumn(format="%.2f"),
        },
        hide_index=True,
    )


def _words(subject: Subject, made: Comparison) -> None:
    from engine.figures.method_agreement import method_words_figure
    from engine.figures.signed_text import signed_text

    shown = st.segmented_control(
        "Words as", ["Heat map", "Texts"], default="Heat map", required=True,
        key="explain-methods-as", label_visibility="collapsed",
    )  # fmt: skip
    reading = made.attributions[0].reading
    if shown == "Heat map":
        st.plotly_chart(
            method_words_figure(
                reading.words, {_title(one.method): one.scores for one in made.attributions},
                sides_of(subject, made.attributions[0]), dark=st.context.theme.type == "dark",
            ),
            key="explain-method-words", config=CONFIG,
            alt="The words that count most, a row each, with their score by each method.",
        )  # fmt: skip
        return
    for one, trust in zip(made.attributions, made.trusts, strict=True):
        st.caption(plain(_title(one.method)))
        st.html(
            signed_text(
                reading.text, reading.spans, one.scores.tolist(), sides_of(subject, one),
                faded=not trust.believable, small=True, key=False,
            )
        )  # fmt: skip


def _ranks(made: Comparison) -> None:
    from engine.figures.method_agreement import agreement_figure

    st.markdown("**Do they order the words alike?**")
    st.plotly_chart(
        agreement_figure(made.correlation, [_title(name) for name in made.names],
                         dark=st.context.theme.type == "dark"),
        key="explain-method-ranks", config=CONFIG,
        alt="Rank correlation of the words' scores between each two methods.",
    )  # fmt: skip
    st.caption("Rank correlation (Spearman): 1 is the same order, 0 no likeness.")


def _title(name: str) -> str:
    from engine.explain.methods.known import METHODS

    return METHODS[name].title
