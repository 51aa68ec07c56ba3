"""The bytes of a map and its colours."""

import json
import struct

import numpy as np
import pytest

from engine.figures.map_colours import MOST, by_category, by_date, by_number, by_topic, palette_of
from engine.figures.topic_map import Label, topic_map
from engine.topics.geometry import flat


def _read(drawn):
    """As the browser does."""
    (length,) = struct.unpack_from("<I", drawn)
    head = json.loads(drawn[4 : 4 + length])
    at, n = 4 + -(-length // 4) * 4, head["n"]
    points = np.frombuffer(drawn, "<u2", 2 * n, at).reshape(n, 2)
    groups = np.frombuffer(drawn, "<u2", n, at + 4 * n)
    lit = np.frombuffer(drawn, "u1", n, at + 6 * n) if head["lit"] else None
    assert len(drawn) == at + (7 if head["lit"] else 6) * n
    return head, points, groups, lit


@pytest.mark.parametrize("name", ["robots", "Роботы и люди", "ロボット", "a"])
def test_what_is_packed_is_what_is_read(name):
    points = flat(np.random.default_rng(0).normal(size=(101, 2)))
    colours = by_category([name if n % 3 else None for n in range(101)], title="Kind")
    labels = [Label(name, 1, 2, 3), Label("big", 4, 5, 60, 1)]
    head, held, groups, lit = _read(
        topic_map(points, colours, labels=labels, lit=np.array([4, 100]), of="one")
    )
    assert (held == points.points).all()
    assert (groups == colours.groups).all()
    assert np.flatnonzero(lit).tolist() == [4, 100]
    assert [one["text"] for one in head["labels"]] == ["big", name]
    assert {entry["name"]: entry["count"] for entry in head["legend"]["entries"]} == {
        name: 67, "None": 34,
    }  # fmt: skip


def test_a_search_that_finds_nothing_lights_nothing():
    points = flat(np.random.default_rng(0).normal(size=(5, 2)))
    colours = by_category(["a"] * 5, title="Kind")
    assert _read(topic_map(points, colours, lit=np.array([], dtype=np.int64)))[3].sum() == 0
    assert _read(topic_map(points, colours))[3] is None


def test_every_topic_has_its_group_whatever_its_number():
    assigned = np.array([40, -1, 7, 7, 40, 7, 3], dtype=np.int32)
    found = by_topic(assigned, [7, 40], ["seven", "forty"], np.zeros((2, 2), dtype=np.float32))
    assert found.groups.tolist() == [41, 0, 8, 8, 41, 8, 0]
    assert found.entries == ((8, "seven", 3), (41, "forty", 2), (0, "In no topic", 2))


def test_an_edit_of_one_topic_leaves_the_colours_of_the_others():
    spots = np.random.default_rng(0).uniform(0, 65535, (20, 2)).astype(np.float32)
    before = by_topic(np.arange(20, dtype=np.int32), range(20), [""] * 20, spots)
    rest = [n for n in range(20) if n != 3]
    after = by_topic(np.array(rest, dtype=np.int32), rest, [""] * 19, spots[rest])
    assert [before.colours[n + 1] for n in rest] == [after.colours[n + 1] for n in rest]


def test_no_topic_at_all_is_a_map_too():
    none = np.full(4, -1, dtype=np.int32)
    found = by_topic(none, [], [], np.zeros((0, 2), dtype=np.float32))
    assert found.entries == ((0, "In no topic", 4),)


@pytest.mark.parametrize("k", [1, 8, 9, 100, 300])
def test_topics_have_colours_of_their_own(k):
    spots = np.random.default_rng(k).uniform(0, 65535, (k, 2)).astype(np.float32)
    ids = list(range(k))
    pairs = by_topic(np.array(ids, dtype=np.int32), ids, [str(n) for n in ids], spots).colours[1:]
    for side in (0, 1):
        assert len({pair[side] for pair in pairs}) >= 0.9 * k


def _luminance(rgb):
    """Relative luminance (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
              for c in (v / 255 for v in rgb)]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("k", [5, 60])
def test_colours_can_be_seen_on_their_page(k):
    for light, dark in palette_of(k):
        assert 1.05 / (_luminance(light) + 0.05) > 1.9
        assert (_luminance(dark) + 0.05) / 0.058 > 3


def test_of_many_values_the_frequent_ones_keep_their_names():
    values = [f"v{n:03}" for n in range(200) for _ in range(200 - n)]
    found = by_category(values, title="Kind")
    assert [name for _, name, _ in found.entries[:2]] == ["v000", "v001"]
    assert found.entries[-1][1] == f"{200 - MOST} others"
    assert sum(count for *_, count in found.entries) == len(values)
    assert found.groups.max() < len(found.colours)


def test_a_ramp_rises_and_what_is_no_number_stands_apart():
    values = np.array([3.0, np.nan, 1.0, 2.0, np.inf])
    found = by_number(values, title="Score")
    assert found.groups[2] < found.groups[3] < found.groups[0]
    assert found.groups[1] == found.groups[4] == len(found.ramp)
    assert found.entries == ((len(found.ramp), "None", 2),)
    same = by_number(np.full(3, 7.0), title="Score")
    assert len(set(same.groups.tolist())) == 1
    assert by_number(np.full(2, np.nan), title="x").groups.tolist() == [48, 48]


def test_dates_are_named_by_their_day():
    days = np.array(["2001-01-01", "NaT", "2021-06-30"], dtype="datetime64[us]")
    found = by_date(days, title="Date")
    assert found.ends[0].startswith("2001-0")
    assert found.ends[1].startswith("2021-0")
    assert found.groups[0] < found.groups[2] < found.groups[1]
    assert by_date(np.array(["NaT"], dtype="datetime64[us]"), title="Date").ends == ("", "")
