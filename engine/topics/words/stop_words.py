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
