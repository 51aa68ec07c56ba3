"""Bars of what was predicted: every row is in them once, the unsure ones apart."""

from __future__ import annotations

from engine.figures.base import BLUE, GREY
from engine.figures.predicted import confidence_figure, predicted_figure


def test_sure_and_unsure_add_up_and_the_rest_is_one_bar():
    counts = {f"c{n}": 10 * n for n in range(1, 15)}
    unsure = {f"c{n}": n for n in range(1, 15)}
    figure = predicted_figure(counts, unsure, most=5)
    sure, doubtful = (list(bar.x) for bar in figure.data)
    assert len(sure) == 6
    assert sum(sure) + sum(doubtful) == sum(counts.values())
    assert sum(doubtful) == sum(unsure.values())
    assert sure[0] + doubtful[0] == 140
    assert figure.layout.yaxis.ticktext[-1] == "9 others"


def test_a_label_is_not_read_as_html():
    figure = predicted_figure({"<b>x</b>": 3}, {})
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;x&lt;/b&gt;",)


def test_the_histogram_begins_where_there_are_rows_and_greys_the_unsure():
    edges = [n / 4 for n in range(5)]
    figure = confidence_figure(edges, {"a": [0, 1, 2, 3], "b": [0, 0, 1, 1]}, unsure=0.5)
    assert list(figure.data[0].y) == [1, 3, 4]
    assert list(figure.data[0].marker.color) == [GREY, BLUE, BLUE]
