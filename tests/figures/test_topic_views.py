"""Trends, tree, likeness, flows and passages drawn: what is shown is what was given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.figures import cells, topic_tree, topic_trends
from engine.figures.passage_marks import Marked, marked_text
from engine.figures.topic_flow import flow_figure, shown_flows
from engine.figures.topic_similarity import similarity_figure
from engine.topics.views.hierarchy import hierarchy

TONES = ["#0072B2", "#E69F00", "#009E73"]


def _line(values):
    values = np.array(values, dtype=float)
    return topic_trends.Line("a <b>", "#0072B2", values, values - 0.01, values + 0.01)


def test_a_period_without_documents_is_a_gap_and_one_with_few_is_grey():
    totals = np.array([50, 0, 3, 50])
    lines = [_line([0.1, np.nan, 0.9, 0.2])]
    figure = topic_trends.trends_figure(lines, list("wxyz"), totals, few=20, chosen=(0, 3))
    line = figure.data[0]
    assert list(line.y) == [0.1, None, 0.9, 0.2]
    assert line.name == "a &lt;b&gt;"
    assert line.marker.size[3] > line.marker.size[0]
    (grey,) = figure.layout.shapes
    assert (grey.x0, grey.x1) == (0.5, 2.5)
    # The few documents of "y" do not press the others flat.
    assert figure.layout.yaxis.range[1] < 0.5


def test_a_click_on_a_line_is_its_topic_and_period_and_one_on_a_band_nothing():
    assert topic_trends.clicked([{"curve_number": 1, "point_index": 2}], 2, 4) == (1, 2)
    assert topic_trends.clicked([{"curve_number": 2, "point_index": 2}], 2, 4) is None
    assert topic_trends.clicked([{}], 2, 4) is None


def test_a_cell_is_found_again_by_its_click():
    values = np.arange(6, dtype=float).reshape(2, 3)
    figure = cells.cells_figure(
        values, ["r0", "r1"], list("abc"), told=lambda i, j: f"{i},{j}", written=str
    )
    targets = figure.data[-1]
    for n, told in enumerate(targets.hovertext):
        i, j = cells.clicked([{"point_index": n}], 2, 3)
        assert told == f"{i},{j}"
        assert (targets.x[n], targets.y[n]) == (j, i)
    assert cells.clicked([{"point_index": 6}], 2, 3) is None


@settings(deadline=None, max_examples=20)
@given(st.integers(3, 12), st.integers(0, 9))
def test_the_tree_meets_where_it_merges(k, seed):
    found = hierarchy(np.random.default_rng(seed).normal(size=(k, 5)).astype("f4"))
    figure = topic_tree.tree_figure(
        found.merges, found.order, [f"t{n}" for n in range(k)], [10] * k,
        branches=found.branches(2), cut=found.height(2), tones=TONES, unlike="far", chosen=0,
    )  # fmt: skip
    nodes = figure.data[0]
    assert list(nodes.x) == pytest.approx(found.merges[:, 2].tolist())
    drawn = sum(x is None for trace in figure.data[1:] for x in trace.x)
    assert drawn == k - 1
    assert list(figure.layout.yaxis.ticktext) == [f"t{n}" for n in found.order]
    assert nodes.hovertext[-1].startswith(f"{k} topics, {10 * k} documents")
    # At every merge's own place one of the lines ends or goes on.
    corners = {
        (round(x, 6), round(y, 6))
        for trace in figure.data[1:]
        for x, y in zip(trace.x, trace.y, strict=True)
        if x is not None
    }
    inner = zip(nodes.x[:-1], nodes.y[:-1], strict=True)
    assert all((round(x, 6), round(y, 6)) in corners for x, y in inner)
    assert topic_tree.clicked([{"curve_number": 0, "point_index": 1}]) == 1
    assert topic_tree.clicked([{"curve_number": 1, "point_index": 1}]) is None


def test_the_matrix_leaves_the_diagonal_empty_and_frames_a_pair_twice():
    alike = np.array([[1, 0.2, 0.8], [0.2, 1, 0.4], [0.8, 0.4, 1]])
    figure = similarity_figure(alike, list("abc"), chosen=(0, 2))
    shown = np.array(figure.data[0].z, dtype=float)
    assert np.isnan(np.diag(shown)).all()
    assert shown[0, 2] == 0.8
    assert len(figure.layout.shapes) == 2


@given(arrays(np.int64, (4, 3), elements=st.integers(0, 50)), st.floats(0, 1))
def test_flows_below_the_share_are_left_out_and_none_is_invented(counts, least):
    rows, columns = shown_flows(counts, least)
    for i, j in zip(rows, columns, strict=True):
        part = max(counts[i, j] / counts[i].sum(), counts[i, j] / counts[:, j].sum())
        assert counts[i, j] > 0
        assert part >= least
    assert (3, 2) not in list(zip(rows.tolist(), columns.tolist(), strict=True))


def test_bands_are_as_wide_as_documents_and_end_at_the_right_topics():
    counts = np.array([[30, 0, 2], [0, 20, 0], [5, 0, 9]])
    figure = flow_figure(counts, (["a", "b"], ["c", "d"]), least=0, tones=TONES[:2])
    link, node = figure.data[0].link, figure.data[0].node
    bands = {
        (node.customdata[s], node.customdata[t]): v
        for s, t, v in zip(link.source, link.target, link.value, strict=True)
    }
    assert bands == {("a", "c"): 30, ("b", "d"): 20, ("a", "In no topic"): 2,
                     ("In no topic", "c"): 5}  # fmt: skip
    assert all(0 < y < 1 for y in node.y)


def test_passages_are_marked_and_everything_is_escaped():
    text = "<b>one</b> two & three"
    html = marked_text(
        text, [Marked(0, 10, 1, 0.5, 1.0), Marked(11, 14, 0, 0.4, 0.0)],
        {1: "A <i>", 0: "B"}, {0: TONES[0], 1: TONES[1]},
    )  # fmt: skip
    assert "&lt;b&gt;one&lt;/b&gt;</mark>" in html
    assert "A &lt;i&gt;" in html
    assert html.index(TONES[1]) < html.index(TONES[0])
    assert "<b>" not in html
    assert "<script" not in marked_text("<script>", [], {}, {})
