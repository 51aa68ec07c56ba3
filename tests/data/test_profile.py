"""A profile counts what is there."""

from datetime import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.data import profile


@given(st.lists(st.integers(0, 5000), max_size=200))
def test_every_length_is_in_one_bin(values):
    found = profile.lengths(np.array(values, dtype=np.int64))
    assert sum(found["histogram"]["counts"]) == len(values)
    if values:
        assert found["quantiles"]["0%"] == min(values)
        assert found["quantiles"]["100%"] == max(values)


def test_tokens_are_those_of_the_default_encoder():
    assert profile.token_counts(["", "hello", "hello world"]).tolist() == [2, 3, 4]
    assert profile.token_counts(["word " * 600])[0] == 602


def test_languages_are_told_apart():
    found = profile.languages(
        [
            "The committee will publish its report at the end of the month.",
            "Der Ausschuss wird seinen Bericht am Ende des Monats vorlegen.",
            "ok",
        ]
    )
    assert found["sample"] == 3
    assert found["shares"] == {"English": 0.3333, "German": 0.3333, "Too short to tell": 0.3333}
    assert profile.languages([]) == {"sample": 0, "shares": {}}


def test_dates_are_counted_by_month_or_by_year():
    months = profile.timeline(
        [datetime(2024, 1, 5), datetime(2024, 1, 9), None, datetime(2025, 3, 1)]
    )
    assert months["counts"] == {"2024-01": 2, "2025-03": 1}
    years = profile.timeline([datetime(1999, 1, 5), datetime(2024, 1, 9)])
    assert (years["per"], years["counts"]) == ("year", {"1999": 1, "2024": 1})
    assert profile.timeline([None]) == {}


def test_a_sample_is_fixed_by_its_seed():
    one = profile.seeded_sample(1000, 10, 3)
    assert one.tolist() == profile.seeded_sample(1000, 10, 3).tolist()
    assert profile.seeded_sample(5, 10, 3).tolist() == [0, 1, 2, 3, 4]
