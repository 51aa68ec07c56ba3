"""A text in, its words and its sentences with their places out, in any script."""

from __future__ import annotations

import re

Span = tuple[int, int]
"""Where a piece begins and ends in its text, in characters."""

# Scripts written without spaces: each sign is a word of its own.
_ALONE = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
)
_WORD = re.compile(
    rf"[{_ALONE}\U00020000-\U0003ffff]"
    rf"|(?:(?![{_ALONE}_])\w)+(?:['’\-.](?:(?![{_ALONE}_])\w)+)*"
    r"|[\U0001f000-\U0001faff\u2600-\u27bf](?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff]"
    r"|(?<=\u200d)[\U0001f000-\U0001faff\u2600-\u27bf])*"
)
# A mark that ends a sentence, what may follow it, and then a space; or a mark of a script without
# spaces; or the end of a line.
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[”’」』）]*|\n+")
_SHORT = frozenset(
    "mr mrs ms dr prof st vs etc e.g i.e no approx inc ltd co corp jr sr oz lb lbs ft sen gen rep "
    "u.s u.k jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


def words(text: str) -> list[Span]:
    """The words of `text`: letters and digits with what joins them, emoji, and single signs of
    scripts without spaces."""
    return [match.span() for match in _WORD.finditer(text)]


def sentences(text: str) -> list[Span]:
    """The sentences of `text`, without the spaces between them; a short form's dot ends none."""
    spans, begin = [], 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and _goes_on(text, begin, match):
            continue
        spans.append((begin, match.end()))
        begin = match.end()
    spans.append((begin, len(text)))
    return [span for start, stop in spans if (span := _stripped(text, start, stop))]


def _goes_on(text: str, begin: int, match: re.Match[str]) -> bool:
    """Whether a dot belongs to its word: Mr., e.g., an initial, a number before a small letter."""
    if match.group() != ".":
        return False
    before = text[begin : match.start()].rsplit(None, 1)[-1:]
    last = before[0].lstrip("(\"'“").lower() if before else ""
    after = text[match.end() :].lstrip()[:1]
    return last in _SHORT or (len(last) == 1 and last.isalpha() and last != "i") or after.islower()


def _stripped(text: str, start: int, stop: int) -> Span | None:
    piece = text[start:stop]
    inner = piece.strip()
    if not inner:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(inner)
