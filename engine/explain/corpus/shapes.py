"""How a word is written in, what kind of word that makes it out: by rules anybody can read."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.pieces import Span

SHAPES = ("small", "first", "capital", "caps", "handle")
"""small: as most words; a number and a mark too. first: a capital where a sentence begins, which
says nothing. capital: elsewhere. caps: all of two letters or more. handle: after an @."""

Kind = Literal["", "leftover", "source", "date", "number", "user name", "acronym", "name"]
TOLD: dict[str, str] = {
    "leftover": "left over from a web page",
    "source": "a news agency",
    "date": "a date",
    "number": "a number",
    "user name": "a user name",
    "acronym": "an acronym",
    "name": "a name",
}
"""Kinds of words that a category seldom is about, with what they are called."""

_LEFTOVER = re.compile(
    r"(?:https?|www|html?|href|nbsp|quot|amp|lt|gt|br|apos|hellip|[mn]dash|[lr][sd]quo|#?x?\d+;"
    r"|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|co\.uk|de|info))"
)
_SOURCES = frozenset(
    "reuters ap afp upi xinhua bloomberg tass dpa ansa cnn bbc newswire afx prnewswire "
    "washingtonpost usatoday spacedaily newsfactor macworld internetweek ziff techweb "
    "forbes.com csmonitor.com space.com usatoday.com investor's".split()
)
_DATES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december mon tue tues wed thu thurs fri sat sun jan "
    "feb mar apr jun jul aug sep sept oct nov dec yesterday today tomorrow tonight".split()
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d(?:['’]?s|[-/.]\d\d?(?:[-/.]\d\d?)?)?")
_NUMBER = re.compile(r"\d[\d.,:/’'-]*(?:st|nd|rd|th|s|k|m|bn|mm|cm|kg|g|oz|lb|lbs|am|pm)?")
_LEAST_SHARE = 0.9
_ENDS = frozenset('.!?:;"“”«»()[]-–—*|')


def shape_of(text: str, span: Span) -> int:
    """Place in SHAPES of how the word at `span` is written."""
    start, stop = span
    word = text[start:stop]
    if start and text[start - 1] == "@":
        return 4
    if len(word) > 1 and word.isupper() and sum(c.isalpha() for c in word) > 1:
        return 3
    if not word[:1].isupper():
        return 0
    before = text[:start].rstrip(" \t")[-1:]
    return 1 if not before or before in _ENDS or before == "\n" else 2


def kind_of(word: str, shapes: NDArray[np.int64]) -> Kind:
    """Of a casefolded word, and how often it is written in each of SHAPES; "" for any other word.

    In this order: what is left of a web page; a news agency of a short list; a weekday, a month, a
    year; a number; what nine in ten times comes after an @, is all capitals, or has a capital
    within a sentence. May is a month only where it has its capital.
    """
    small, first, capital, caps, handle = shapes.tolist()
    times = max(1, small + capital + caps + handle)
    if _LEFTOVER.fullmatch(word):
        return "leftover"
    if word in _SOURCES:
        return "source"
    named = (capital + caps) / times >= _LEAST_SHARE and capital + caps > 0
    if word in _DATES or _YEAR.fullmatch(word) or (word == "may" and named):
        return "date"
    if _NUMBER.fullmatch(word):
        return "number"
    if handle / times >= _LEAST_SHARE:
        return "user name"
    if caps / times >= _LEAST_SHARE:
        return "acronym"
    return "name" if named and capital > first // 4 else ""
