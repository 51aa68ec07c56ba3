"""Figures of an explanation: words in two colours, bars, curves, methods beside one another."""

from __future__ import annotations

import html
import io
import json
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.explain.trust.report import Curve
from engine.figures.base import BLUE, GREY, ORANGE
from engine.figures.explanation_picture import explanation_picture
from engine.figures.faithfulness_curves import faithfulness_curves
from engine.figures.method_agreement import agreement_figure, method_words_figure
from engine.figures.set_lines import set_lines
from engine.figures.sides import sides
from engine.figures.signed_text import marks_of, signed_text
from engine.figures.word_bars import numbered, word_bars

MOODS = ("positive", "negative", "neutral")
NASTY = "<script>alert('1')</script>&\"<b>"
SIDES = sides("negative", "", MOODS)


def _spans(text):
    return [match.span() for match in re.finditer(r"\S+", text)]


def _shown(page):
    """The text's letters as a browser shows them, without what only a screen reader gets."""
    body = page[page.index('<p class="weighed') : page.index("</p>")]
    return html.unescape(re.sub("<[^>]*>", "", re.sub('<span class="unseen">.*?</span>', "", body)))


texts = st.text(min_size=1, max_size=60)


@given(texts, st.data())
def test_the_text_stands_there_whole_and_only_as_text(text, data):
    spans = _spans(text)
    scores = data.draw(
        st.lists(st.floats(-9, 9, allow_subnormal=False), min_size=len(spans), max_size=len(spans))
    )
    page = signed_text(text, spans, scores, SIDES)
    assert _shown(page) == text
    assert "<script" not in page
    marked = page.count("<mark")
    assert marked == len(spans)
    assert page.count("title=") == marked


def test_a_screen_reader_hears_the_strong_words_and_colour_is_never_alone():
    page = signed_text("good bad dull", _spans("good bad dull"), [-1.0, 2.0, 0.01], SIDES)
    assert "bad<span" in page
    assert "(speaks for negative)" in page
    assert "dull<span" not in page
    assert '<mark class="against loud"' in page
    assert '<mark class="for loud"' in page
    assert '<mark class="for quiet"' in page
    assert "speaks against negative</li>" in page
    assert "+2.000 log-odds" in page


def test_names_of_categories_are_escaped():
    page = signed_text("a b", _spans("a b"), [1.0, -1.0], sides(NASTY, "b", [NASTY, "b"]))
    assert "<script" not in page
    assert "&lt;script" in page


def test_a_text_whose_words_do_nothing_has_no_colour():
    page = signed_text("a b", _spans("a b"), [0.0, 0.0], SIDES)
    assert page.count("quiet") >= 2
    assert "<li" not in page


@pytest.mark.parametrize(
    ("of", "against", "colours"),
    [
        ("negative", "", (ORANGE, BLUE)),
        ("positive", "", (BLUE, ORANGE)),
        ("neutral", "positive", (ORANGE, BLUE)),
        ("neutral", "negative", (BLUE, ORANGE)),
        ("negative", "neutral", (ORANGE, BLUE)),
    ],
)
def test_a_mood_keeps_its_colour(of, against, colours):
    one = sides(of, against, MOODS)
    assert (one.colour, one.other) == colours
    assert one.tone(1.0) != one.tone(-1.0)


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=8))
def test_words_that_come_again_are_told_apart(words):
    found = numbered(words)
    assert len(set(found)) == len(found)
    assert [name.split(" (")[0] for name in found] == words


def test_bars_are_the_strongest_words_with_their_own_numbers():
    words, scores = ["a", "b", "a", NASTY], [0.1, -3.0, 2.0, 0.5]
    bar = word_bars(words, scores, SIDES, most=3).data[0]
    assert list(bar.x) == [-3.0, 2.0, 0.5]
    assert bar.hovertext[0].startswith("b<br>speaks against negative: -3.000")
    assert bar.hovertext[1].startswith("a (2)")
    assert "<script" not in bar.hovertext[2]
    assert list(bar.marker.color) == [BLUE, ORANGE, ORANGE]
    assert list(bar.marker.pattern.shape) == ["/", "", ""]
    assert set(word_bars(words, scores, SIDES, faded=True).data[0].marker.color) == {GREY}


def test_curves_show_the_explanation_and_chance_in_both_charts():
    shares = (0.0, 0.1, 1.0)
    out = Curve(shares, (0.9, 0.3, 0.2), (0.9, 0.85, 0.2))
    left = Curve(shares, (0.2, 0.8, 0.9), (0.2, 0.3, 0.9))
    figure = faithfulness_curves(out, left, "negative")
    drawn = {(trace.name, tuple(trace.y)) for trace in figure.data}
    assert drawn == {
        ("this explanation", out.values),
        ("random words", out.chance),
        ("this explanation", left.values),
        ("random words", left.chance),
    }
    assert {trace.line.dash for trace in figure.data} == {"solid", "dash"}
    json.loads(faithfulness_curves(out, left, "negative", shares=False).to_json())


def test_methods_stand_side_by_side_each_by_its_own_strongest():
    words = ["not", "good", "at", "all"]
    scores = {"One": np.array([2.0, -1.0, 0, 0]), "Two": np.array([0.1, 0.0, 0.0, -0.2])}
    (heat,) = method_words_figure(words, scores, SIDES, most=3).data
    np.testing.assert_allclose(heat.z, [[1, 0.5], [-0.5, 0], [0, -1]])
    assert "not<br>One: +2.000" in heat.hovertext[0][0]


def test_ranks_are_each_pair_once():
    ranks = np.array([[1, 0.5, 0.2], [0.5, 1, -0.1], [0.2, -0.1, 1]])
    (heat,) = agreement_figure(ranks, ["a", "b", "c"]).data
    np.testing.assert_allclose(np.asarray(heat.z, float), [[0.5, np.nan], [0.2, -0.1]])


# Letters that no font of this machine has are drawn as boxes, and matplotlib says so.
@pytest.mark.filterwarnings("ignore:Glyph")
@settings(deadline=None)
@given(texts)
@example("000I\x1b\x1b\x1b\x1b\x08\u0d64000|")
def test_lines_hold_every_word_in_order_and_end_at_the_edge(text):
    spans = _spans(text)
    marks = marks_of(spans, [1.0] * len(spans), SIDES)
    lines = set_lines(text, marks, room=1.5, family=["DejaVu Sans"], size=12)
    pieces = [piece for line in lines for piece in line]
    assert "".join(piece.word for piece in pieces) == "".join(text.split())
    for line in lines:
        for before, after in zip(line, line[1:], strict=False):
            assert after.x >= before.x + before.wide - 1e-6
        assert all(p.x + p.wide <= 1.5 + 1e-6 or len(p.word) == 1 for p in line)


def test_the_picture_is_a_png_with_both_colours_and_grows_with_the_text():
    from PIL import Image

    def picture(text, **more):
        spans = _spans(text)
        scores = [(-1.0) ** n for n in range(len(spans))]
        made = explanation_picture(text, spans, scores, SIDES, title="Why negative?", **more)
        return Image.open(io.BytesIO(made)).convert("RGB")

    def holds(image, colour):
        wanted = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return (np.abs(np.asarray(image, int) - wanted).sum(axis=2) < 12).any()

    small, large = picture("good $x$ bad"), picture("good bad " * 200, note="A note.")
    assert small.width == large.width
    assert small.height < large.height
    assert holds(small, ORANGE)
    assert holds(small, BLUE)
    grey = picture("good bad", faded=True, dark=True)
    assert not holds(grey, ORANGE)
    assert grey.getpixel((0, 0)) == (0x12, 0x17, 0x1B)
