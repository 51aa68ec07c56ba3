"""What is drawn of one text's answer: one tone a category everywhere, and nothing but text."""

from __future__ import annotations

import re
from html import unescape
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.figures.highlight import highlighted
from engine.figures.probabilities import probability_bars
from engine.figures.sentence_strip import sentence_strip
from engine.figures.tones import TONES, tone

MOODS = ["positive", "negative", "neutral"]
NASTY = "<b onclick=alert(1)>R&D</b>"

# Simulation of colour vision at full severity, on linear RGB (Machado, Oliveira, Fernandes 2009).
EYES = {
    "usual": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(colour):
    share = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _lab(linear):
    x, y, z = np.cbrt(TO_XYZ @ np.clip(linear, 1e-4, 1) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _contrast(colour, ground):
    one, other = (float(TO_XYZ[1] @ _linear(c)) + 0.05 for c in (colour, ground))
    return max(one, other) / min(one, other)


@pytest.mark.parametrize("eyes", EYES)
def test_tones_stay_apart_for_every_eye(eyes):
    shown = {tone(label, MOODS).colour for label in MOODS} | set(TONES)
    for one, other in combinations(sorted(shown), 2):
        seen = [_lab(np.array(EYES[eyes]) @ _linear(colour)) for colour in (one, other)]
        assert np.linalg.norm(seen[0] - seen[1]) > 12, (one, other)


def test_tones_can_be_seen_in_light_and_in_dark():
    for colour in TONES:
        assert _contrast(colour, "#FDFDFC") > 2.4
        assert _contrast(colour, "#12171B") > 2.4


def test_a_mood_keeps_its_tone_and_no_other_category_takes_it():
    mixed = ["mixed", "Positive", "negative", "off topic"]
    found = [tone(label, mixed) for label in mixed]
    assert len({one.colour for one in found}) == len(mixed)
    assert found[1] == tone("positive", MOODS)
    assert [one.sign for one in found] == ["", "+", "\u2212", ""]


@given(st.lists(st.text(max_size=6), min_size=1, max_size=30, unique=True))
def test_every_category_has_a_tone_and_the_first_six_have_their_own(labels):
    found = [tone(label, labels).colour for label in labels]
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in found)
    if not any(label.lower() in MOODS for label in labels):
        assert len(set(found[:6])) == min(len(labels), 6)


def test_words_sentences_and_bars_of_a_category_have_one_tone():
    colour = {label: tone(label, MOODS).colour for label in MOODS}
    text = "Lovely tea but stale."
    words = [(0, 6, 2.0, "positive"), (15, 20, -1.5, "negative")]
    marked = highlighted(text, words, "positive", MOODS)
    marks = dict(re.findall(r'<mark class="(\w+)[^"]*" style="--tone: (#\w+)', marked))
    assert marks == {"for": colour["positive"], "against": colour["negative"]}
    strip = sentence_strip([("Lovely.", "positive", 0.9), ("Stale.", "negative", 0.8)], MOODS)
    assert re.findall(r"--tone: (#\w+)", strip) == 2 * [colour["positive"], colour["negative"]]
    bars = probability_bars([("neutral", 0.6), ("negative", 0.4)], MOODS)
    assert re.findall(r"--tone: (#\w+)", bars) == [colour["neutral"], colour["negative"]]
    legend = re.findall(r"<li[^>]*--tone: (#\w+)[^>]*><i[^>]*></i>speaks for ([^<]+)", marked)
    assert legend == [(colour["positive"], "+ positive"), (colour["negative"], "\u2212 negative")]


@given(st.text(max_size=60), st.data())
def test_the_text_stands_there_whole_and_as_text(text, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    words = [
        (start, stop, data.draw(st.floats(-3, 3)), data.draw(st.sampled_from([NASTY, "b"])))
        for start, stop in zip(ends[::2], ends[1::2], strict=False)
    ]
    html = highlighted(text, words, NASTY, [NASTY, "b"])
    assert "<b onclick" not in html
    shown = re.search(r'<p class="weighed" dir="auto">(.*)</p>', html, re.DOTALL).group(1)
    unseen = r'<span class="unseen">[^<]*</span>|<mark [^>]*>|</mark>'
    assert unescape(re.sub(unseen, "", shown)) == text


def test_words_that_do_nothing_are_not_marked():
    html = highlighted("a b", [(0, 1, 0.01, "x"), (2, 3, -0.02, "y")], "x", ["x", "y"])
    assert "<mark" not in html
    assert 'legend"' not in html
