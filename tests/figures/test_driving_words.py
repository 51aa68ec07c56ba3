"""The chart of driving words: in the order given, the two sides told apart by more than colour."""

from __future__ import annotations

from engine.figures.driving_words import Dot, driving_words_figure
from engine.figures.sides import sides

DOTS = [
    Dot("prices", 0.7, (0.5, 0.9), "17 texts"),
    Dot("<b>goal</b>", -0.4, (-0.6, -0.2), "9 texts"),
    Dot("bank", 0.3, (0.1, 0.5), "5 texts"),
]


def _figure(**more):
    return driving_words_figure(
        DOTS, sides("Business", "", ["Sports", "Business"]), axis="x", **more
    )


def test_each_word_has_its_line_in_the_order_given():
    figure = _figure()
    assert list(figure.layout.yaxis.ticktext) == ["prices", "&lt;b&gt;goal&lt;/b&gt;", "bank"]
    at = {y: x for trace in figure.data for y, x in zip(trace.y, trace.x, strict=True)}
    assert [at[n] for n in range(3)] == [0.7, -0.4, 0.3]


def test_intervals_reach_where_they_were_said_to():
    for trace in _figure().data:
        for n, x, low, high in zip(
            trace.y, trace.x, trace.error_x.arrayminus, trace.error_x.array, strict=True
        ):
            assert abs(x - low - DOTS[n].interval[0]) < 1e-9
            assert abs(x + high - DOTS[n].interval[1]) < 1e-9


def test_words_against_are_rings_in_the_other_colour():
    mine, other = _figure().data
    assert (mine.marker.symbol, other.marker.symbol) == ("circle", "circle-open")
    assert mine.marker.color != other.marker.color
    assert list(other.y) == [1]


def test_the_chosen_word_is_marked_and_no_html_gets_in():
    figure = _figure(chosen=2)
    assert any(shape.y0 == 1.5 and shape.y1 == 2.5 for shape in figure.layout.shapes)
    assert "<b>" not in figure.to_json()
