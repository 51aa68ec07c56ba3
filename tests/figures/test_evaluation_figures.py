"""Charts of an evaluation hold the numbers they were given."""

from __future__ import annotations

import numpy as np
import pytest

from engine.classify.evaluation import groups
from engine.classify.evaluation.answers import Answers
from engine.classify.evaluation.calibration import reliability
from engine.classify.evaluation.cohorts import cohorts
from engine.classify.evaluation.curves import curves
from engine.classify.evaluation.thresholds import at_threshold, coverage_curve
from engine.figures.cohorts import cohorts_figure
from engine.figures.coverage import coverage_figure
from engine.figures.one_vs_rest import LINES, precision_recall_figure, roc_figure
from engine.figures.over_time import over_time_figure
from engine.figures.paired import paired_figure
from engine.figures.reliability import reliability_figure

NASTY = "<b onclick=alert(1)>R&D</b> :red[x] $y$"


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(3), 400)
    targets = np.asarray([rng.choice(3, p=p) for p in shares])
    return Answers(np.arange(400), targets, shares.astype(np.float32), (NASTY, "b", "c"))


def test_one_line_a_category_up_to_what_can_be_told_apart(answers):
    found = curves(answers)
    for figure, x in ((roc_figure(found), "fpr"), (precision_recall_figure(found), "recall")):
        assert [list(line.x) for line in figure.data] == [getattr(c, x).tolist() for c in found]
        assert "<b onclick" not in figure.to_json().replace("\\u003c", "<")
    assert len(roc_figure(found * 9).data) == len(LINES)


def test_bins_stand_at_their_accuracy_with_their_interval(answers):
    bins = reliability(answers.targets, answers.probabilities)
    line = reliability_figure(bins).data[-1]
    assert list(line.y) == [b.accuracy for b in bins]
    for y, up, down, b in zip(line.y, line.error_y.array, line.error_y.arrayminus, bins,
                              strict=True):  # fmt: skip
        assert (y - down, y + up) == pytest.approx(b.interval)
    both = reliability_figure(bins, before=bins[:-1])
    assert len(both.data) == 2
    assert both.data[0].hoverinfo == "skip"
    assert both.layout.showlegend


def test_the_chosen_threshold_is_marked_on_the_line(answers):
    found = coverage_curve(answers)
    at = at_threshold(answers, 0.6)
    figure = coverage_figure(found, chosen=(at["coverage"], at["accuracy"]))
    band, line, mark = figure.data
    assert list(line.x) == found.coverage.tolist()
    assert len(band.y) == 2 * len(line.y)
    assert (mark.x[0], mark.y[0]) == (at["coverage"], at["accuracy"])
    assert len(coverage_figure(found).data) == 2


def test_groups_that_stand_out_are_marked(answers):
    codes = np.where(answers.right, 0, 1) * (np.arange(400) % 2)
    found = cohorts(answers, groups.Groups(codes, [NASTY, "wrong"], ordered=False))
    figure = cohorts_figure(found, overall=0.5)
    assert sum(len(trace.x) for trace in figure.data) == len(found)
    outstanding = [trace for trace in figure.data if trace.marker.symbol == "diamond"]
    assert sum(len(trace.x) for trace in outstanding) == sum(one.stands_out for one in found) > 0
    assert "<b onclick" not in figure.to_json().replace("\\u003c", "<")


def test_periods_are_drawn_in_their_order(answers):
    codes = np.arange(400) % 3
    found = cohorts(answers, groups.Groups(codes, ["2001", "2002", "2003"], ordered=True))
    band, line = over_time_figure(found, overall=0.5).data
    assert list(line.x) == ["2001", "2002", "2003"]
    assert list(line.y) == [one.accuracy for one in found]
    assert list(band.x) == ["2001", "2002", "2003", "2003", "2002", "2001"]


def test_differences_are_in_points_about_zero():
    figure = paired_figure([("Accuracy", 0.02, (-0.01, 0.05)), ("Macro-F1", 0.0, (0.0, 0.0))])
    dots = figure.data[0]
    assert list(dots.x) == pytest.approx([2.0, 0.0])
    assert list(dots.error_x.array) == pytest.approx([3.0, 0.0])
    assert list(dots.error_x.arrayminus) == pytest.approx([3.0, 0.0])
    low, high = figure.layout.xaxis.range
    assert low == -high
    assert high > 5
