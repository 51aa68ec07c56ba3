"""A text and marks on its words in, where each piece of it stands in lines of a width out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from engine.figures.marks import Mark

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

_BETWEEN = re.compile(r"(\n|[^\S\n]+)")

_OTHER_SCRIPTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Noto Sans Arabic",
    "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Hebrew", "PingFang SC", "Microsoft YaHei",
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A word, a part of one too long for a line, or white space.

    x and wide: inches from the line's begin, and inches of its own. mark: None where none is on it.
    """

    x: float
    wide: float
    word: str
    mark: Mark | None


def set_lines(
    text: str, marks: Sequence[Mark], *, room: float, family: Sequence[str], size: float
) -> list[list[Piece]]:
    """Lines no wider than `room` inches, in letters of `size` points; white space is left out.

    Args:
        text: The text.
        marks: In its order, not overlapping; a mark is not broken but where it fills a line.
        room: Inches.
        family: Names of typefaces, the first that is there.
        size: Points.
    """
    lines: list[list[Piece]] = [[]]
    x = 0.0
    for word, mark in _broken(_pieces(text, marks), room, tuple(family), size):
        space = word.isspace()
        wide = _inches(" " if space else word, tuple(family), size)
        if word == "\n" or (not space and x + wide > room):
            lines.append([])
            x = 0.0
        if not space:
            lines[-1].append(Piece(x, wide, word, mark))
        x += wide if not space or x > 0 else 0.0
    return lines


def _pieces(text: str, marks: Sequence[Mark]) -> list[tuple[str, Mark | None]]:
    found: list[tuple[str, Mark | None]] = []
    end = 0
    for mark in marks:
        found += [(part, None) for part in _BETWEEN.split(text[end : mark.start]) if part]
        found.append((text[mark.start : mark.stop], mark))
        end = mark.stop
    return found + [(part, None) for part in _BETWEEN.split(text[end:]) if part]


def _broken(
    pieces: Sequence[tuple[str, Mark | None]], room: float, family: tuple[str, ...], size: float
) -> list[tuple[str, Mark | None]]:
    found = []
    for word, mark in pieces:
        rest = word
        while not rest.isspace() and len(rest) > 1 and _inches(rest, family, size) > room:
            n = max(1, int(len(rest) * room / _inches(rest, family, size)))
            while n > 1 and _inches(rest[:n], family, size) > room:
                n -= 1
            found.append((rest[:n], mark))
            rest = rest[n:]
        found.append((rest, mark))
    return found


@cache
def families() -> tuple[str, ...]:
    """The typeface that is always there, and those of this machine with other scripts."""
    from matplotlib.font_manager import fontManager

    here = set(fontManager.get_font_names())
    return "DejaVu Sans", *(name for name in _OTHER_SCRIPTS if name in here)


@cache
def _font(family: tuple[str, ...], size: float) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=list(family), size=size)


def _inches(word: str, family: tuple[str, ...], size: float) -> float:
    from matplotlib.textpath import text_to_path

    wide, _, _ = text_to_path.get_text_width_height_descent(word, _font(family, size), ismath=False)
    return float(wide) / 72
