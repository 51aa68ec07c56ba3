"""A value a document in (its topic, label, date, number), a colour a document and its key out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.topics.geometry import SIDE

Rgb = tuple[int, int, int]
Pair = tuple[Rgb, Rgb]
"""A colour on a light and on a dark page."""

MOST = 60
"""Most values of a column that get a colour of their own."""
_NONE: Pair = ((176, 182, 187), (92, 100, 107))
_REST: Pair = ((120, 128, 136), (150, 158, 165))
# The palette of .streamlit/config.toml, which stays apart for every kind of colour vision.
_FEW_LIGHT = "0072B2 E69F00 009E73 CC79A7 56B4E9 D55E00 8A8F98 B3A125".split()
_FEW_DARK = "56B4E9 E69F00 1FB68B DE94BC 3D86C6 F07F2E A3A9B2 E3D65B".split()
_STEPS = 48
_GOLDEN = 137.508
"""Degrees between two hues that follow each other."""
_TOLD_APART = 30
"""Topics up to which hues can be told apart, so that each has one of its own."""
# Viridis in ten steps (Smith and van der Walt, 2015): even to the eye, also in grey.
_VIRIDIS = "440154 482878 3E4A89 31688E 26828E 1F9E89 35B779 6DCD59 B4DE2C FDE725".split()


@dataclass(frozen=True, eq=False)
class Colours:
    """How a map is coloured.

    groups: (n,) uint16, a place in `colours` for each document. colours: one pair a group. title:
    what the colours say. entries: (group, name, documents) of each that has a name. kind: "list",
    or "ramp" where `entries` are empty and `ends` names both ends of `ramp`.
    """

    groups: NDArray[np.uint16]
    colours: tuple[Pair, ...]
    title: str
    entries: tuple[tuple[int, str, int], ...] = ()
    kind: Literal["list", "ramp"] = "list"
    ramp: tuple[int, ...] = ()
    ends: tuple[str, str] = ("", "")


def by_topic(
    assigned: NDArray[np.int32],
    ids: Sequence[int],
    names: Sequence[str],
    anchors: NDArray[np.float32],
) -> Colours:
    """A topic's group is its id and one more, the documents in none are group 0, grey.

    So a topic keeps its group, and mostly its colour, through every edit. Up to thirty topics have
    a hue each. Of more, hues go around the map, so that what lies together is alike, in three tones
    by turns, so that neighbours differ still.

    Args:
        assigned: (n,) topic ids, -1 for none.
        ids: The topics there are.
        names: Their names.
        anchors: (k, 2) where they lie on the map.
    """
    groups = np.where(np.isin(assigned, np.asarray(ids, dtype=np.int32)), assigned + 1, 0)
    counts = np.bincount(groups, minlength=max(ids, default=-1) + 2)
    colours = [_NONE] * len(counts)
    for number, pair in zip(ids, _around(ids, anchors), strict=True):
        colours[number + 1] = pair
    entries = [(i + 1, name, int(counts[i + 1])) for i, name in zip(ids, names, strict=True)]
    entries.sort(key=lambda one: -one[2])
    if counts[0]:
        entries.append((0, "In no topic", int(counts[0])))
    return Colours(groups.astype(np.uint16), tuple(colours), "Topics", tuple(entries))


def by_category(values: Sequence[str | None], *, title: str) -> Colours:
    """The `MOST` most frequent values get a colour each, the rest one together, empty grey."""
    held = np.array(["" if v is None else str(v) for v in values], dtype=object)
    names, codes, counts = np.unique(held, return_inverse=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda n: (names[n] == "", -counts[n], str(names[n])))
    full = [n for n in order if names[n] != ""]
    named = full if len(full) <= MOST + 1 else full[:MOST]
    group = np.full(len(names), len(named), dtype=np.uint16)
    group[named] = np.arange(len(named), dtype=np.uint16)
    entries = [(g, str(names[n]), int(counts[n])) for g, n in enumerate(named)]
    if len(full) > len(named):
        rest = int(sum(counts[n] for n in full[len(named) :]))
        entries.append((len(named), f"{len(full) - len(named):,} others", rest))
    if "" in names:
        empty = int(np.flatnonzero(names == "")[0])
        group[empty] = len(named) + 1
        entries.append((len(named) + 1, "None", int(counts[empty])))
    palette = (*palette_of(len(named)), _REST, _NONE)
    return Colours(group[codes], palette, title, tuple(entries))


def by_number(values: NDArray[np.floating], *, title: str) -> Colours:
    """From the 1st to the 99th of a hundred, in steps; what is no number is grey."""
    ok = np.isfinite(values)
    low, high = (float(v) for v in np.quantile(values[ok], [0.01, 0.99])) if ok.any() else (0, 0)
    return _ramp(values, low, high, title, (f"{low:,.6g}", f"{high:,.6g}"))


def by_date(values: NDArray[np.datetime64], *, title: str) -> Colours:
    """The same over time; no date is grey."""
    seconds = values.astype("datetime64[s]").astype(np.float64)
    seconds[np.isnat(values)] = np.nan
    ok = np.isfinite(seconds)
    low, high = (float(v) for v in np.quantile(seconds[ok], [0.01, 0.99])) if ok.any() else (0, 0)
    ends = (_day(low), _day(high)) if ok.any() else ("", "")
    return _ramp(seconds, low, high, title, ends)


def palette_of(k: int) -> tuple[Pair, ...]:
    """`k` colours for things in no order."""
    if k <= len(_FEW_LIGHT):
        pairs = zip(_FEW_LIGHT[:k], _FEW_DARK[:k], strict=True)
        return tuple((_rgb(one), _rgb(other)) for one, other in pairs)
    # The golden angle: however many there are, two that follow each other are far apart.
    return tuple(_pair(n * _GOLDEN, n) for n in range(k))


def _around(ids: Sequence[int], anchors: NDArray[np.float32]) -> list[Pair]:
    if len(ids) <= len(_FEW_LIGHT):
        few = palette_of(len(ids))
        rank = {number: n for n, number in enumerate(sorted(ids))}
        return [few[rank[number]] for number in ids]
    if max(ids) < _TOLD_APART:
        return [_pair(number * _GOLDEN, number) for number in ids]
    far = anchors - SIDE / 2
    # A spiral: of two in one direction the outer one has another hue.
    turns = np.degrees(np.arctan2(far[:, 1], far[:, 0])) + 150 * np.hypot(*far.T) / SIDE * 2
    return [_pair(float(turn), number) for number, turn in zip(ids, turns, strict=True)]


def _ramp(
    values: NDArray[np.floating], low: float, high: float, title: str, ends: tuple[str, str]
) -> Colours:
    wide = (high - low) or 1.0
    ok = np.isfinite(values)
    share = np.clip((np.where(ok, values, low) - low) / wide, 0, 1)
    groups = np.where(ok, np.minimum(share * _STEPS, _STEPS - 1), _STEPS).astype(np.uint16)
    stops = np.array([_rgb(one) for one in _VIRIDIS], dtype=np.float64)
    at = np.linspace(0, len(stops) - 1, _STEPS)
    mixed = np.stack([np.interp(at, range(len(stops)), stops[:, c]) for c in range(3)], axis=1)
    steps: list[Pair] = []
    for number in range(_STEPS):
        red, green, blue = (round(float(c)) for c in mixed[number])
        on_light = (round(red * 0.94), round(green * 0.9), round(blue * 0.9))
        on_dark = (min(255, red + 36), min(255, green + 36), min(255, blue + 40))
        steps.append((on_light, on_dark))
    missing = int((~ok).sum())
    entries = ((_STEPS, "None", missing),) if missing else ()
    ramp = tuple(range(_STEPS))
    return Colours(groups, (*steps, _NONE), title, entries, "ramp", ramp, ends)


def _day(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


def _rgb(digits: str) -> Rgb:
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _pair(hue: float, turn: int) -> Pair:
    tone = turn % 3
    return (
        _oklch(0.54 + 0.085 * tone, 0.15 - 0.01 * tone, hue),
        _oklch(0.66 + 0.085 * tone, 0.135 - 0.01 * tone, hue),
    )


def _oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """OKLCH as sRGB (Ottosson, 2020: bottosson.github.io/posts/oklab), clipped to what it holds."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    brief = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * brief,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * brief,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * brief,
    )

    def coded(value: float) -> int:
        value = min(1.0, max(0.0, value))
        bright = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
        return round(255 * bright)

    red, green, blue = (coded(value) for value in linear)
    return red, green, blue
