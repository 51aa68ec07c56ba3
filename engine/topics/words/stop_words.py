"""The words that say nothing of what a text is about."""

from __future__ import annotations

from functools import cache

_BESIDES = """
ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn wasn weren won
wouldn ll ve im ive amp quot nbsp br href http https www com html lt gt
also just really like got get gets getting did does doing using used use uses way ways lot lots
different based given shown however therefore thus hence via et al eg ie
"""


@cache
def stop_words() -> frozenset[str]:
    """English function words (scikit-learn's list), and leftovers of web pages and contractions."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) | frozenset(_BESIDES.split())


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
