"""Points of a map: as whole numbers, within a drawn shape, and where a topic's name goes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.topics.geometry import SIDE, anchors, flat, inside


def _slowly_inside(points, polygon):
    """The even-odd rule point by point, as it stands in textbooks."""
    corners = list(zip(polygon[::2], polygon[1::2], strict=True))
    found = []
    for place, (x, y) in enumerate(points.tolist()):
        odd = False
        for (x0, y0), (x1, y1) in zip(corners, [corners[-1], *corners[:-1]], strict=True):
            if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
                odd = not odd
        if odd:
            found.append(place)
    return found


_NUMBER = st.integers(0, 40).map(lambda n: n / 4) | st.floats(0, 10, width=16)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), max_size=40),
    st.lists(_NUMBER, min_size=3, max_size=12),
    st.lists(_NUMBER, min_size=3, max_size=12),
)
def test_inside_is_the_even_odd_rule(points, across, up):
    polygon = [v for pair in zip(across, up, strict=False) for v in pair]
    held = np.array(points, dtype=np.uint16).reshape(-1, 2)
    assert inside(held, polygon).tolist() == _slowly_inside(held, polygon)


def test_a_shape_around_everything_holds_everything_and_one_beside_it_nothing():
    points = flat(np.random.default_rng(0).normal(size=(500, 2))).points
    around = [-1, -1, SIDE + 1, -1, SIDE + 1, SIDE + 1, -1, SIDE + 1]
    assert inside(points, around).tolist() == list(range(500))
    assert inside(points, [-9, -9, -8, -9, -8, -8]).tolist() == []


@pytest.mark.parametrize(
    "shape", [[], [1, 2, 3], [0, 0, 1, 1], [0, 0, 1, 1, float("nan"), 2], "no"]
)
def test_what_is_no_shape_is_said(shape):
    with pytest.raises(InputError, match="draw it again"):
        inside(np.zeros((3, 2), dtype=np.uint16), shape)


def test_flat_keeps_order_and_aspect():
    points = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [1.0, 1.0]])
    found = flat(points)
    assert found.span == (SIDE, round(SIDE / 2))
    assert found.points[3].tolist() == pytest.approx([SIDE / 4, SIDE / 4], abs=1)


def test_a_point_far_away_leaves_the_rest_its_room():
    points = np.random.default_rng(1).uniform(size=(5000, 2))
    points[7] = [1e6, -1e6]
    found = flat(points).points
    rest = np.delete(found, 7, axis=0).astype(float)
    assert np.ptp(rest[:, 0]) > SIDE * 0.6


@pytest.mark.parametrize("n", [0, 1, 20])
def test_documents_all_in_one_place_have_one(n):
    found = flat(np.full((n, 2), 3.5))
    assert len({tuple(point) for point in found.points.tolist()}) <= 1
    assert min(found.span) > 0


def test_a_document_without_a_place_is_named():
    points = np.zeros((5, 2))
    points[3, 1] = np.nan
    with pytest.raises(InputError, match="Document 3 "):
        flat(points)
    with pytest.raises(InputError, match="two numbers"):
        flat(np.zeros((5, 3)))


def test_a_name_stands_in_the_larger_part_of_a_topic_not_between_its_parts():
    near, far = np.full((70, 2), 1000), np.full((30, 2), 60000)
    other = np.full((50, 2), 30000)
    points = np.vstack([near, far, other]).astype(np.uint16)
    assigned = np.array([5] * 100 + [2] * 50, dtype=np.int32)
    assert anchors(points, assigned, [5, 2, 9]).tolist() == [[1000, 1000], [30000, 30000], [0, 0]]
