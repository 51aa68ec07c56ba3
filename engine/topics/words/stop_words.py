"""Texts in, their languages and the words that say nothing of what a text is about out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from engine.topics.words.tokens import words_in

ENGLISH = "English"
_LISTS = Path(__file__).with_name("function_words.json")
_LEAST_SHARE = 0.05

_BESIDES = """
ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren won
wouldn ll ve im ive amp quot nbsp br href http https www com html lt gt
also just really like got get gets getting did does doing using used use uses way ways lot lots
different based given shown however therefore thus hence via et al eg ie
"""


def languages(texts: Sequence[str]) -> tuple[str, ...]:
    """The languages that at least 5 % of the texts are in, the commonest first.

    A text is in the language of which it has the most function words; where two have as many, it
    does not count. English where none of the texts has any, or where none of the languages known
    here is spoken.
    """
    won: Counter[str] = Counter()
    for text in texts:
        said = Counter(name for word in words_in(text) for name in _languages_of().get(word, ()))
        (first, most), (_, next_most) = (*said.most_common(2), ("", 0), ("", 0))[:2]
        if most > next_most:
            won[first] += 1
    enough = _LEAST_SHARE * won.total()
    return tuple(name for name, n in won.most_common() if n >= enough) or (ENGLISH,)


def stop_words(spoken: Sequence[str] = (ENGLISH,)) -> frozenset[str]:
    """The function words of these languages, and leftovers of web pages and contractions."""
    return frozenset(_BESIDES.split()).union(*(_function_words()[name] for name in spoken))


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """By language: scikit-learn's list for English, and up to 200 of each of nine others."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    lists = json.loads(_LISTS.read_text(encoding="utf-8"))
    others = {name: frozenset(words.split()) for name, words in lists.items()}
    return {ENGLISH: frozenset(ENGLISH_STOP_WORDS), **others}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """The languages in which a word is a function word."""
    found: dict[str, tuple[str, ...]] = {}
    for name, words in _function_words().items():
        for word in words:
            found[word] = (*found.get(word, ()), name)
    return found


USUAL_SHARE = 0.03
"""Of the texts: a word of `usual_words` in more of them is this corpus's way of talking."""

_USUAL = """
paper papers article propose proposes proposed present presents presented show shows showed
result results study studies studied demonstrate demonstrates demonstrated introduce introduces
introduced obtain obtained obtains approach approaches
product products item items bought buy purchase purchased review reviews thing things
say says said told according reuters afp yesterday today
monday tuesday wednesday thursday friday saturday sunday
"""


@cache
def usual_words() -> frozenset[str]:
    """Words that papers, reviews or news say whatever they are about, but others mean.

    "Paper" says nothing in a corpus of papers and much in one of reviews, where towels are made of
    it: they are left out only where they are frequent.
    """
    return frozenset(_USUAL.split())
