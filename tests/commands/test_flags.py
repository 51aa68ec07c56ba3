"""A spec written as flags and read back is the same spec, whatever its values are."""

import shlex
from typing import Annotated, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from engine import flags
from engine.errors import InputError
from engine.spec import ArtifactRef, FileRef, Spec
from engine.stages import STAGES, Stage

# A command line cannot carry NUL, nor half a surrogate pair.
WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
NASTY = st.sampled_from(
    ["-x", "--words", "--no-yes", "a,b", '"', "'", "[", "[1]", "{}", '{"a": 1}', "", " ", "null",
     "None", "1", "=", "a=b", "100%", "%(prog)s", "\n", "$HOME", "`x`", "\\", "True", "-1",
     "é 漢 🙂"]
)  # fmt: skip
TEXT = WORDS | NASTY
# argparse of Python 3.11 loses a lone "--", which is no file's and no artifact's name.
NAME = TEXT.filter(lambda text: text != "--")
SHARE = st.floats(0, 1, allow_nan=False).map(lambda x: x + 0.0)


class EverySpec(Spec):
    dataset: Annotated[str, ArtifactRef("dataset")] = Field(description="Which, 100% surely.")
    path: Annotated[str, FileRef()] = Field(description="A file.")
    columns: list[str] = Field(description="Required, and a list.")
    word: str = Field("word", description="A word (%s).")
    maybe: str | None = Field(None, description="A word or none.")
    mostly: str | None = Field("most", description="A word or none, mostly one.")
    yes: bool = Field(True, description="On.")
    no: bool = Field(False, description="Off.")
    unsure: bool | None = Field(None, description="On, off or neither.")
    whole: int = Field(3, ge=-9, le=9, description="A whole number, 50% up.")
    limit: int | None = Field(5, description="A whole number or none.")
    share: float = Field(0.5, ge=0, le=1, description="A part of 1.")
    choice: Literal["auto", "a%b", "-c"] = Field("auto", description="One of these.")
    number: Literal[1, 2] = Field(1, description="One of these numbers.")
    perhaps: Literal["x", "y"] | None = Field("x", description="One of these or none.")
    words: list[str] = Field(default_factory=lambda: ["auto"], description="Words.")
    numbers: list[int] = Field(default_factory=list, description="Numbers.")
    pair: tuple[float, float] = Field((0.0, 1.0), description="Two numbers.")
    some: list[str] | None = Field(None, description="Words or none.")
    marked: Annotated[list[str], "a mark"] | None = Field(["m"], description="Words or none.")
    mapping: dict[str, str] = Field(default_factory=dict, description="Old and new.")
    counts: dict[str, int] = Field(default_factory=lambda: {"a": 1}, description="Counts.")


SPECS = st.builds(
    EverySpec,
    dataset=NAME, path=NAME, columns=st.lists(TEXT, max_size=3), word=TEXT,
    maybe=st.none() | TEXT, mostly=st.none() | TEXT, yes=st.booleans(), no=st.booleans(),
    unsure=st.none() | st.booleans(), whole=st.integers(-9, 9),
    limit=st.none() | st.integers(), share=SHARE, choice=st.sampled_from(["auto", "a%b", "-c"]),
    number=st.sampled_from([1, 2]), perhaps=st.sampled_from([None, "x", "y"]),
    words=st.lists(TEXT, max_size=4), numbers=st.lists(st.integers(), max_size=4),
    pair=st.tuples(SHARE, SHARE), some=st.none() | st.lists(TEXT, max_size=3),
    marked=st.none() | st.lists(TEXT, max_size=3),
    mapping=st.dictionaries(TEXT, TEXT, max_size=3),
    counts=st.dictionaries(TEXT, st.integers(), max_size=3),
)  # fmt: skip
STAGE = Stage(verb="every one", makes="toy", spec="", build="", help="All 100% of it.")


def _parser(spec):
    parser = flags.Parser(prog="python -m engine every one", description=STAGE.help)
    flags.add_arguments(parser, spec)
    return parser


def _read(words, spec=EverySpec):
    return spec.parse(flags.values(spec, _parser(spec).parse_args(words)))


@given(SPECS)
def test_flags_give_the_same_spec(spec):
    assert _read(flags.arguments(spec)) == spec


@given(SPECS)
def test_the_command_survives_a_shell(spec):
    words = shlex.split(flags.command(STAGE, spec))
    assert words[:5] == ["python", "-m", "engine", "every", "one"]
    assert _read(words[5:]) == spec


def test_what_is_not_said_is_not_written():
    spec = EverySpec(dataset="d", path="p", columns=["a"])
    assert flags.arguments(spec) == ["d", "p", "a"]


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["--words=a, b,,c"], "words", ["a", "b", "c"]),
        (["--words="], "words", []),
        (["--words", '["a,b"]'], "words", ["a,b"]),
        (["--mapping=1=bad, 3=fine"], "mapping", {"1": "bad", "3": "fine"}),
        (["--mapping=1=a=b"], "mapping", {"1": "a=b"}),
        (['--mapping={"a,b": "c"}'], "mapping", {"a,b": "c"}),
        (["--numbers=1,2"], "numbers", [1, 2]),
        (["--no-yes"], "yes", False),
        (["--no-limit"], "limit", None),
        (["--number", "2"], "number", 2),
        (["--whole", "-3"], "whole", -3),
    ],
)
def test_what_a_person_types(words, field, value):
    assert getattr(_read([*words, "d", "p", "c"]), field) == value


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "The following arguments are required: dataset, path, columns"),
        (["d", "p", "c", "--nope"], "Unrecognized arguments: --nope"),
        (["d", "p", "c", "--wor=x"], "Unrecognized arguments: --wor=x"),
        (["d", "p", "c", "--choice=b"], "Argument --choice: invalid choice"),
        (["d", "p", "c", "--word"], "Argument --word: expected one argument"),
        (["d", "p", "c", "--whole=10"], "whole: input should be less than or equal to 9 (given: "),
        (["d", "p", "c", "--share=x"], "share: input should be a valid number"),
        (["d", "p", "c", "--mapping=a"], "'a' is not a map; write it as old=new,old=new"),
        (["d", "p", "c", "--numbers=a"], "numbers.0: input should be a valid integer"),
        (["d", "p", "c", "--whole=" + "9" * 9999], "whole: "),
    ],
)
def test_a_mistake_gets_one_short_sentence(words, told):
    with pytest.raises(InputError) as error:
        _read(words)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_help_shows_every_field_percent_signs_and_all():
    text = " ".join(_parser(EverySpec).format_help().split())
    for name, field in EverySpec.model_fields.items():
        assert name in text or name.replace("_", "-") in text
        assert field.description in text
    assert "All 100% of it." in text
    assert "(default: auto)" in text
    assert "(default: yes)" in text


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.verb)
def test_every_stage_can_be_asked_for_in_words(stage):
    spec_class = stage.load_spec()
    required = {n: f.annotation for n, f in spec_class.model_fields.items() if f.is_required()}
    # A word that begins with a dash is the hardest; a choice only takes its own words.
    spec = spec_class.parse({n: next(iter(get_args(kind)), "-x y") for n, kind in required.items()})
    assert _read(flags.arguments(spec), spec_class) == spec
    assert "name" not in spec_class.model_fields, "--name is the artifact's"
    text = " ".join(_parser(spec_class).format_help().split())
    for name, field in spec_class.model_fields.items():
        assert field.description, f"{name} has no help"
        assert " ".join(field.description.split()) in text
    assert stage.load_build()


def test_a_flag_takes_two_dashes_for_its_value():
    parser = flags.Parser(prog="limn")
    parser.add_argument("--text")
    parser.add_argument("--which", choices=["one", "two"])
    assert parser.parse_args(["--text=--"]).text == "--"
    assert parser.parse_args(["--text=-x"]).text == "-x"
    with pytest.raises(InputError, match="invalid choice"):
        parser.parse_args(["--which=--"])
    with pytest.raises(InputError, match="expected one argument"):
        parser.parse_args(["--text", "--"])
