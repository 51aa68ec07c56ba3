"""Levels in, curves with the chosen one marked out."""

from __future__ import annotations

from engine.figures.topic_levels import levels_figure


def test_both_curves_mark_the_chosen_level():
    figure = levels_figure([2, 3, 4], [0.1, 0.3, 0.2], [40, 30, 5], chosen=3)
    marks = [t for t in figure.data if t.mode == "markers"]
    assert [(t.x[0], t.y[0]) for t in marks] == [(3, 0.3), (3, 30)]


def test_nothing_chosen_marks_nothing():
    figure = levels_figure([2], [0.1], [40])
    assert [t.mode for t in figure.data] == ["lines", "lines"]
