"""Topics and categories in, how far they agree out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.topics.quality.agreement import agreement


def test_the_same_groups_by_other_names_agree_wholly():
    found = agreement(np.array([4, 4, 7, 7, -1, 4]), ["a", "a", "b", "b", "b", None])
    assert (found.nmi, found.ari) == (pytest.approx(1), pytest.approx(1))
    assert (found.documents, found.categories) == (4, 2)


def test_groups_that_cross_agree_by_less_than_chance():
    # Worked by hand: 4 cells of 1; index 0, expected 2 * 2 / 6, most 2.
    found = agreement(np.array([0, 0, 1, 1]), ["a", "b", "a", "b"])
    assert found.nmi == pytest.approx(0, abs=1e-9)
    assert found.ari == pytest.approx((0 - 4 / 6) / (2 - 4 / 6))


@pytest.mark.parametrize("labels", [[None] * 4, ["a"] * 4, ["a", None, None, None]])
def test_nothing_to_compare_is_none(labels):
    assert agreement(np.array([0, 0, 1, 1]), labels) is None
