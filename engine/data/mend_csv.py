"""A delimited file with flaws in, a clean one and the lines that fit no row out.

The fast path reads only files that are right to the letter. What it refuses comes here:
slower, a row at a time, keeping every row it can and exact about what did not fit.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.data.encoding import mending_decoder
from engine.data.rejects import Rejects
from engine.data.sniff import Dialect
from engine.progress import SILENT, Progress

# A quote that never closes would swallow the rest of the file: a row may span this many lines, and
# fewer once such quotes have cost a million lines of reading again.
_SPAN, _TIRED_SPAN, _TIRED_AFTER = 20_000, 20, 1_000_000


@dataclass
class Mended:
    """What was done: rows filled up with empty cells."""

    padded: int = 0


def mend_csv(
    source: Path,
    target: Path,
    dialect: Dialect,
    width: int,
    rejects: Rejects,
    *,
    progress: Progress = SILENT,
) -> Mended:
    """Write the rows of `source` below its header to `target` as plain CSV of `width` columns."""
    done = Mended()
    progress.stage("Mend rows", source.stat().st_size, "bytes")
    with (
        source.open(encoding="utf-8", errors=mending_decoder(), newline="") as lines,
        target.open("w", encoding="utf-8", errors="replace", newline="") as out,
    ):
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        feed = _Lines(lines)
        skip_header = dialect.header
        for line, row in _rows(feed, dialect, width, rejects):
            if skip_header:
                skip_header = False
                continue
            if len(row) < width:
                done.padded += 1
                row = row + [""] * (width - len(row))
            writer.writerow(row[:width])
            if line % 1000 == 0:
                progress.at(feed.read)
    return done


class _Lines:
    """Lines with a way back: a row that turns out wrong gives back all but its first line."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        self.read = 0
        self.replayed = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        limit = _SPAN if self.replayed < _TIRED_AFTER else _TIRED_SPAN
        if len(self.taken) >= limit:
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._source)
        self.read += len(line)
        self.taken.append(line)
        return line

    def begin(self) -> None:
        self.number += len(self.taken)
        self.taken = []

    def give_back(self) -> None:
        rest = self.taken[1:]
        self.read -= sum(map(len, rest))
        self.replayed += len(rest)
        self._again.extendleft(reversed(rest))
        self.taken = self.taken[:1]


def _rows(
    feed: _Lines, dialect: Dialect, width: int, rejects: Rejects
) -> Iterator[tuple[int, list[str]]]:
    while True:
        feed.begin()
        try:
            row = next(dialect.reader(feed, strict=True))
            sound = True
        except StopIteration:
            if not feed.taken:
                return
            row, sound = [], False
        except csv.Error:
            row, sound = [], False
        line = feed.number + 1
        if sound and not row and width > 1:
            continue  # a blank line
        if sound:
            row = _trimmed(row, width)
            if len(row) <= width:
                yield line, row or [""]
                continue
        if len(feed.taken) > 1:
            feed.give_back()
        row = _trimmed(next(dialect.reader(feed.taken), []), width)
        if len(row) == width and not sound:
            yield line, row
        else:
            reason = (
                f"{len(row)} cells where {width} were expected"
                if len(row) != width
                else "a quote does not close"
            )
            rejects.add(line, reason, feed.taken[0].rstrip("\r\n"))


def _trimmed(row: list[str], width: int) -> list[str]:
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    return row
