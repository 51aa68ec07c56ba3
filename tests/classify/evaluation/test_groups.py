"""Groups hold every row once; cohorts count what is in them and flag only beyond chance."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from engine.classify.evaluation import groups
from engine.classify.evaluation.answers import Answers
from engine.classify.evaluation.cohorts import cohorts

many = settings(max_examples=60, deadline=None)
values = st.one_of(st.none(), st.integers(-5, 400).map(str), st.sampled_from(["", "  ", "12.5"]))


@many
@given(st.lists(values, min_size=1, max_size=80))
def test_numbers_written_as_text_become_ranges_that_hold_them(given_values):
    found = groups.by_value(given_values)
    assert len(found.codes) == len(given_values)
    assert found.codes.min() >= 0
    assert found.codes.max() < len(found.names)
    for value, code in zip(given_values, found.codes, strict=True):
        name = found.names[code]
        if value is None or not value.strip():
            assert name == "(empty)"
        elif " to " in name:
            low, high = (float(end.removeprefix("under ").replace(",", ""))
                         for end in name.split(" to "))  # fmt: skip
            assert low <= float(value) <= high


@many
@given(st.lists(st.text(max_size=5), min_size=1, max_size=60))
def test_words_are_groups_by_how_often_they_occur(words):
    found = groups.by_value(words)
    if found.ordered:  # every word was a number
        return
    counts = np.bincount(found.codes, minlength=len(found.names))
    kept = counts[: groups.MOST]
    assert (np.diff(kept) <= 0).all()
    assert len(found.names) <= groups.MOST + 1


def test_many_values_leave_a_rest():
    found = groups.by_value([f"user {n}" for n in range(50)] + ["user 3"] * 5)
    assert found.names[0] == "user 3"
    assert found.names[-1] == "20 others"
    assert (found.codes == groups.MOST).sum() == 20


def test_few_numbers_stand_in_their_own_order():
    found = groups.by_value(["10", "9", "2", "10", None])
    assert found.names == ["2", "9", "10", "(empty)"]
    assert found.codes.tolist() == [2, 1, 0, 2, 3]


def test_ranges_hold_about_as_many_rows_each():
    found = groups.by_range(np.random.default_rng(0).normal(size=1000))
    assert np.bincount(found.codes).tolist() == pytest.approx([200] * 5, abs=2)


@many
@given(st.lists(st.one_of(st.none(), st.datetimes(datetime(1999, 1, 1), datetime(2012, 1, 1))),
                min_size=1, max_size=50), st.sampled_from(groups.PERIODS))  # fmt: skip
def test_periods_follow_on_one_another(dates, period):
    found = groups.by_period(dates, period)
    named = [name for name in found.names if name != "(empty)"]
    assert named == sorted(named)
    for date, code in zip(dates, found.codes, strict=True):
        name = found.names[code]
        assert name == "(empty)" if date is None else name.startswith(str(date.year))
    if None in dates:
        assert found.names[-1] == "(empty)"


def test_the_period_is_fine_where_there_are_many_rows():
    days = [datetime(2020, 1, 1) + timedelta(days=n) for n in range(365)]
    assert groups.handy_period(days) == "month"
    assert groups.handy_period(days[::12]) == "year"
    assert groups.handy_period([None]) == "year"


def test_a_phrase_is_found_in_any_case():
    found = groups.by_phrase(["Not GOOD", "fine", "it is not"], "not")
    assert found.codes.tolist() == [0, 1, 0]


def test_a_row_number_and_a_column_of_one_value_are_not_worth_it():
    assert not groups.worth_it([str(n) for n in range(100)])
    assert not groups.worth_it(["same"] * 100)
    assert not groups.worth_it([f"user {n}" for n in range(100)])
    assert groups.worth_it(["a", "b"] * 50)
    assert groups.worth_it([str((n * 7) % 100) for n in range(100)])


def _answers(right, k=2):
    right = np.asarray(right)
    targets = np.arange(len(right)) % k
    chosen = np.where(right, targets, (targets + 1) % k)
    shares = np.full((len(right), k), 0.1, dtype=np.float32)
    shares[np.arange(len(right)), chosen] = 0.9
    return Answers(np.arange(len(right)), targets, shares, tuple("abc"[:k]))


@many
@given(st.integers(0, 1000), st.integers(2, 120), st.integers(1, 6))
def test_cohorts_are_counted(seed, n, k):
    rng = np.random.default_rng(seed)
    answers = _answers(rng.random(n) < 0.7)
    codes = rng.integers(0, k, n)
    found = cohorts(answers, groups.Groups(codes, [f"g{i}" for i in range(k)], ordered=False))
    assert sum(one.rows for one in found) == n
    assert sum(one.errors for one in found) == int((~answers.right).sum())
    for one in found:
        mine = codes == one.place
        true, chosen = answers.targets[mine], answers.chosen[mine]
        assert one.accuracy == pytest.approx(metrics.accuracy_score(true, chosen))
        assert one.macro_f1 == pytest.approx(
            metrics.f1_score(true, chosen, average="macro", zero_division=0,
                             labels=sorted(set(true) | set(chosen)))
        )  # fmt: skip
        assert one.accuracy_interval[0] <= one.accuracy <= one.accuracy_interval[1]
        if mine.all():
            assert (one.gap, one.stands_out) == (0, False)
        else:
            assert one.gap == pytest.approx(one.accuracy - answers.right[~mine].mean())


def test_chance_alone_flags_next_to_nothing():
    rng = np.random.default_rng(0)
    flagged = 0
    for _ in range(40):
        answers = _answers(rng.random(600) < 0.8)
        codes = rng.integers(0, 20, 600)
        names = [str(i) for i in range(20)]
        found = cohorts(answers, groups.Groups(codes, names, ordered=False))
        flagged += any(one.stands_out for one in found)
    assert flagged <= 6  # of 40; without regard to their number it would be about 25


def test_a_weak_group_is_flagged():
    right = np.ones(500, dtype=bool)
    right[:50] = np.arange(50) % 2 == 0
    codes = np.asarray([0] * 50 + [1] * 225 + [2] * 225)
    found = cohorts(_answers(right), groups.Groups(codes, ["weak", "b", "c"], ordered=False))
    assert [one.stands_out for one in found] == [True, True, True]
    assert found[0].gap < 0 < found[1].gap
