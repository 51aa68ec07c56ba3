"""The key is the same for the same thing, however it is written, and another for another."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from engine.spec import Spec
from engine.store import Store

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
SETTINGS = st.dictionaries(st.text(max_size=6), VALUES, max_size=5)
INPUTS = st.dictionaries(st.text(max_size=6), st.text(max_size=12), max_size=3)
PARTS = st.tuples(st.text(max_size=8), st.integers(0, 9), SETTINGS, INPUTS)


@given(PARTS, st.randoms())
def test_the_order_in_which_it_is_written_means_nothing(parts, random):
    verb, version, settings, inputs = parts
    shuffled = list(settings.items())
    random.shuffle(shuffled)
    key = Store.key(*parts)
    assert Store.key(verb, version, dict(shuffled), dict(reversed(inputs.items()))) == key
    assert len(key) == 20
    assert set(key) <= set("0123456789abcdef")


@given(PARTS, PARTS)
def test_different_parts_give_different_keys(one, other):
    # JSON with sorted keys tells apart what Python's == does not, such as True from 1.
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (Store.key(*one) == Store.key(*other)) == same


@given(PARTS)
def test_every_part_counts(parts):
    verb, version, settings, inputs = parts
    keys = {
        Store.key(verb, version, settings, inputs),
        Store.key(verb + "x", version, settings, inputs),
        Store.key(verb, version + 1, settings, inputs),
        Store.key(verb, version, {**settings, "one more": 1}, inputs),
        Store.key(verb, version, settings, {**inputs, "one more": "toy/1"}),
        Store.key(verb, version, inputs, {**settings, "one more": 1}),
    }
    assert len(keys) == 6


def test_another_process_finds_the_same_key():
    code = (
        "from engine.store import Store;"
        "import sys; sys.stdout.write(Store.key('a', 1, {'é': 1.5}, {'x': 'y'}))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": "."},
    ).stdout  # fmt: skip
    assert out == Store.key("a", 1, {"é": 1.5}, {"x": "y"})


class Careless(Spec):
    share: float = Field(1, description="A whole number where a share is meant.")
    count: int = Field(2.0, description="A share where a whole number is meant.")
    sure: bool = Field(1, description="A number where yes or no is meant.")


def test_a_default_and_the_same_value_given_are_one():
    given = Careless.parse({"share": "1", "count": "2", "sure": "yes"})
    assert json.dumps(Careless().settings()) == json.dumps(given.settings())


@pytest.mark.parametrize("value", [2, "2", 2.0])
def test_a_value_is_what_it_is_read_as(value):
    assert repr(Careless.parse({"share": value}).share) == "2.0"
