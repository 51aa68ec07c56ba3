"""How many texts hold each word, in a category and outside, in; how far that ties the two out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PRIOR = 0.5


def counted(
    held: NDArray[np.int64], elsewhere: NDArray[np.int64], n: int, others: int
) -> NDArray[np.float64]:
    """(v,) log odds ratio of holding each word, in standard errors: what counting alone says.

    Monroe, Colaresi and Quinn 2008 (Fightin' Words, doi:10.1093/pan/mpn018), of texts rather than
    places, with a flat prior of half a text.

    Args:
        held: (v,) texts of the category that hold each word.
        elsewhere: (v,) other texts that do.
        n: Texts of the category.
        others: Other texts.
    """
    a, b = held + _PRIOR, n - held + _PRIOR
    c, d = elsewhere + _PRIOR, others - elsewhere + _PRIOR
    ratio = np.log(a / b) - np.log(c / d)
    found: NDArray[np.float64] = ratio / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return found
