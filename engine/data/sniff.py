"""The beginning of a text file in, its delimiter, quoting and header out."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DELIMITERS = (",", "\t", ";", "|")
_ROWS = 500
# The least share of rows with the same number of cells.
_AGREEMENT = {".csv": 0.3, ".tsv": 0.3, ".tab": 0.3, ".txt": 0.999, ".text": 0.999, ".md": 0.999}
_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,]*([eE][-+]?\d+)?%?")
_KNOWN = {
    "text", "title", "label", "review", "reviews", "comment", "abstract", "headline", "sentence",
    "description", "content", "body", "message", "tweet", "category", "class", "sentiment", "id",
    "summary", "score", "date", "name", "question", "answer", "document", "article", "news",
}  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How rows are written: no `delimiter` means a row a line, no `quote` that quotes are text."""

    delimiter: str
    quote: str = '"'
    escape: str = '"'
    header: bool = True
    width: int = 1

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """A csv reader of this dialect, with no limit on the length of a cell."""
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        doubled = self.escape == self.quote
        return csv.reader(
            lines,
            delimiter=self.delimiter or "\0",
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=doubled,
            escapechar=None if doubled else (self.escape or None),
            strict=strict,
        )


def sniff(
    sample: str, *, whole: bool, delimiter: str = "auto", header: str = "auto", suffix: str = ""
) -> Dialect:
    """The dialect of `sample`, the decoded beginning of a file (all of it when `whole`).

    `delimiter` and `header` ('auto', 'yes', 'no') are the person's own choice where not 'auto';
    the file's `suffix` only decides how alike rows must be to count as a table: .csv lets
    ragged rows pass, .txt hardly any, since prose has commas too.
    """
    best, rows = Dialect(""), [[line] for line in sample.splitlines()[:_ROWS] if line.strip()]
    if not whole and len(rows) > 1:
        rows = rows[:-1]
    best_score = (_AGREEMENT.get(suffix.lower(), 0.7), 0.0, 0.0, 0)
    for candidate in _candidates(sample, delimiter):
        parsed = _parse(candidate, sample, whole=whole)
        if not parsed:
            continue
        width, count = Counter(len(row) for row in parsed).most_common(1)[0]
        agreement = count / len(parsed)
        trust = _trust(candidate, sample)
        score = (round(agreement, 2), trust, _closed(parsed, candidate), width)
        chosen_by_hand = delimiter != "auto" and not best.delimiter
        one_column = width == 1 and _is_one_column(candidate, sample)
        if chosen_by_hand or ((width > 1 or one_column) and score > best_score):
            best, rows, best_score = candidate, parsed, score
    has_header = header == "yes" if header != "auto" else looks_like_header(rows)
    width = Counter(len(row) for row in rows).most_common(1)[0][0] if rows else 1
    return Dialect(best.delimiter, best.quote, best.escape, has_header, width)


def looks_like_header(rows: list[list[str]]) -> bool:
    """Whether the first of `rows` names the columns rather than being one of the rows."""
    if not rows:
        return False
    first, body = [cell.strip() for cell in rows[0]], rows[1:]
    if not all(first) and len([cell for cell in first if cell]) < max(1, len(first) - 1):
        return False
    if any(_NUMBER.fullmatch(cell) for cell in first) or any(len(cell) > 64 for cell in first):
        return False
    known = any(re.sub(r"[\W_]+", " ", cell).strip().lower() in _KNOWN for cell in first)
    if known:
        return True
    if not body:
        return len(first) > 1
    for index, cell in enumerate(first):
        column = [row[index].strip() for row in body if index < len(row)]
        filled = [value for value in column if value]
        if len(first) > 1 and cell in filled:
            return False
        numbers = sum(bool(_NUMBER.fullmatch(value)) for value in filled)
        if filled and numbers >= 0.9 * len(filled):
            return True
        lengths = sorted(map(len, filled))
        if lengths and lengths[len(lengths) // 2] > 3 * max(8, len(cell)):
            return len(first) > 1 or len(cell.split()) == 1
    return len(first) > 1 and all(len(cell) <= 32 and len(cell.split()) <= 3 for cell in first)


def unique_names(names: list[str]) -> tuple[list[str], list[str]]:
    """The names made unique (case aside) and non-empty, and a sentence where one changed."""
    taken: set[str] = {name.strip().lower() for name in names}
    given, seen, renamed = [], set[str](), []
    for position, raw in enumerate(names, 1):
        name = raw.strip().replace("\0", "") or f"column_{position}"
        if name.lower() in seen:
            number = 2
            while f"{name}_{number}".lower() in taken | seen:
                number += 1
            renamed.append(name)
            name = f"{name}_{number}"
        seen.add(name.lower())
        given.append(name)
    notes = []
    if renamed:
        listed = ", ".join(dict.fromkeys(renamed))
        notes.append(f"More than one column is called {listed}: the later ones got a number.")
    return given, notes


def _candidates(sample: str, delimiter: str) -> list[Dialect]:
    chosen = DELIMITERS if delimiter == "auto" else (delimiter,)
    found = []
    for mark in chosen:
        found.append(Dialect(mark))
        if '\\"' in sample:
            found.append(Dialect(mark, '"', "\\"))
        if '"' in sample:
            found.append(Dialect(mark, "", ""))
    return found


def _parse(dialect: Dialect, sample: str, *, whole: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in dialect.reader(sample.splitlines(keepends=True)):
            if row:
                rows.append(row)
            if len(rows) > _ROWS:
                return rows[:-1]
    except csv.Error:
        return []
    return rows if whole or len(rows) < 2 else rows[:-1]


def _trust(dialect: Dialect, sample: str) -> float:
    """1 where quotes work as quotes, 0 where they only open, 0.5 for taking them as text."""
    if not dialect.quote:
        return 0.5
    try:
        for _ in dialect.reader(sample.splitlines(keepends=True)[:_ROWS], strict=True):
            pass
    except csv.Error:
        mark = re.escape(dialect.delimiter)
        opens = len(re.findall(rf'(?:^|{mark})"', sample, re.MULTILINE))
        closes = len(re.findall(rf'"(?:\r?$|{mark})', sample, re.MULTILINE))
        return 0.0 if opens > 2 * closes else 1.0
    return 1.0


def _closed(rows: list[list[str]], dialect: Dialect) -> float:
    """Share of cells without a stray quote: a wrong quoting leaves quotes at the edges of cells."""
    cells = [cell for row in rows for cell in row]
    if not cells:
        return 0.0
    stray = sum(cell[:1] == '"' or (cell[-1:] == '"' and cell.count('"') == 1) for cell in cells)
    swallowed = sum(cell.count("\n") > 50 for cell in cells) if dialect.quote else 0
    return round(1 - (stray + swallowed) / len(cells), 3)


def _is_one_column(dialect: Dialect, sample: str) -> bool:
    """Whether quotes hold every delimiter there is: nearly all lines are quoted, or, where only
    those that need it are, the sample is right to the letter."""
    if not dialect.quote:
        return False
    lines = [line.strip() for line in sample.splitlines()[:_ROWS] if line.strip()]
    if sum(line[0] == dialect.quote for line in lines) > 0.9 * len(lines):
        return True
    if dialect.delimiter not in sample:
        return False
    rest = iter(sample.splitlines(keepends=True)[:_ROWS])
    try:
        return all(len(row) < 2 for row in dialect.reader(rest, strict=True))
    except csv.Error:
        return next(rest, None) is None  # only the cut-off end of the sample does not close
