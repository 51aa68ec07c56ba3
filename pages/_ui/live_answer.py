"""A classifier and a text in, its answer out: shares at once; words, sentences, warnings after."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui.format import count
from pages._ui.live_models import known_languages, live
from pages._ui.texts import plain, short

_REMEMBERED = 20
_Weighed = tuple[str, list[tuple[int, int, float, str]], dict[str, list[str]], int]


def answer(found: Artifact, exported: str, text: str) -> tuple[str, float]:
    """Draw what the model says of `text`; returns its category and how sure it is."""
    from engine.figures.probabilities import percent, probability_bars

    classifier = live(str(found.path), exported)
    said = classifier.answer(text)
    st.markdown(f"### {plain(said.label)}, {plain(percent(said.confidence))} sure")
    st.html(probability_bars(said.shares, classifier.labels))
    st.caption(f"{count(said.tokens, 'token')} read in {said.latency_ms:,.0f} ms")
    if not any(sign.isalnum() for sign in text):
        st.caption(
            ":material/info: There are no words in this text, and a classifier reads words: the "
            "answer means little."
        )
    elif said.strange is not None and said.strange > 1:
        st.warning(
            "This text is unlike those the classifier learnt from: of its own held-out texts only "
            "about 1 in 50 is this far away. Do not rely on the answer.",
            icon=":material/explore_off:",
        )
    if said.cut:
        st.caption(
            f":material/content_cut: The text is longer than the {count(said.tokens)} tokens this "
            "classifier reads; what comes after them did not count."
        )
    return said.label, said.confidence


def language_warning(found: Artifact, text: str) -> None:
    """Say so where the text is in a language the classifier did not learn from."""
    if other := _foreign(found.key, text):
        known = " and ".join(known_languages(found.key))
        st.warning(
            plain(f"This seems to be {other}. The classifier learnt from {known} texts; in {other} "
                  "its answers are little better than guesses."),
            icon=":material/translate:",
        )  # fmt: skip


def words(found: Artifact, exported: str, text: str) -> None:
    """The text with the words that carry the answer marked, and the strongest named."""
    from engine.figures.highlight import highlighted

    label, spans, loud, together = _weighed(str(found.path), exported, text)
    st.markdown("**Which words carry it**")
    st.html(highlighted(text, spans, label, live(str(found.path), exported).labels))
    told = [f"{one}: {', '.join(these)}" for one, these in loud.items()]
    st.caption(
        plain(f"Strongest for {'; for '.join(told)}.")
        if told
        else "No single word makes a difference."
    )
    if together > 1:
        st.caption(f"The text is long, so {together} neighbouring words are weighed together.")


def plain_words(text: str) -> None:
    """The text as it stands, in the place where :func:`words` will mark it."""
    from engine.figures.highlight import highlighted

    st.markdown("**Which words carry it**")
    st.html(highlighted(text, [], "", ()))
    st.caption("Pause, and the words that carry the answer are marked.")


def sentences(found: Artifact, exported: str, text: str) -> None:
    """What the classifier says of each sentence alone; nothing where there is only one."""
    from engine.figures.sentence_strip import sentence_strip

    told, labels = _sentences(str(found.path), exported, text)
    if not told:
        return
    st.markdown("**Sentence by sentence**")
    st.html(sentence_strip(told, labels))
    st.caption("Each sentence read alone; together they can mean something else.")


@st.cache_data(max_entries=200, show_spinner=False)
def _foreign(key: str, text: str) -> str:
    from engine.classify.live.language import foreign

    return foreign(text, known_languages(key))


def _weighed(path: str, exported: str, text: str) -> _Weighed:
    """Category, the words' places and weights, the strongest for each category, words in one."""
    from engine.classify.live.explain import strongest, weigh_words

    known: dict[tuple[str, str], _Weighed] = st.session_state.setdefault("predict-weighed", {})
    if (path, text) in known:
        return known[path, text]
    bar = st.empty()
    # Drawing the bar is also where Streamlit leaves this when the person types on.
    found = weigh_words(live(path, exported), text, on_step=lambda share: bar.progress(share))
    bar.empty()
    loud: dict[str, list[str]] = {}
    for word in sorted(strongest(found.words), key=lambda word: word.towards != found.label):
        said, these = short(word.text, 40), loud.setdefault(word.towards, [])
        if said not in these:
            these.append(said)
    while len(known) >= _REMEMBERED:
        del known[next(iter(known))]
    known[path, text] = (
        found.label,
        [(*word.span, word.weight, word.towards) for word in found.words],
        loud,
        found.together,
    )
    return known[path, text]


@st.cache_data(max_entries=200, show_spinner=False)
def _sentences(
    path: str, exported: str, text: str
) -> tuple[list[tuple[str, str, float]], list[str]]:
    from engine.classify.live.explain import weigh_sentences

    classifier = live(path, exported)
    labels = list(classifier.labels)
    told = [
        (one.text, labels[one.shares.index(max(one.shares))], max(one.shares))
        for one in weigh_sentences(classifier, text)
    ]
    return told, labels
