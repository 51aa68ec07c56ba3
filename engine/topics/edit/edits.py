"""What a person can change about topics: a line of JSON in, an edit out, and back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from engine.errors import InputError


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    when: str = ""
    """ISO 8601, when it was made."""
    about: dict[int, list[str]] = Field(default_factory=dict)
    """The words of the topics it names, by which they are found again in other topics."""

    @property
    def topics(self) -> tuple[int, ...]:
        """Ids of the topics it needs to be there."""
        fields = dict(self)
        single = [fields[name] for name in ("topic", "to") if fields.get(name, -1) >= 0]
        return (*single, *fields.get("into", ()), *fields.get("gone", ()))


class Rename(_Edit):
    """Call a topic `name`."""

    kind: Literal["rename"] = "rename"
    topic: int
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Merge(_Edit):
    """Make one topic of several; it keeps the id, and a given name, of the first."""

    kind: Literal["merge"] = "merge"
    into: tuple[int, ...] = Field(min_length=2)


class Split(_Edit):
    """Look for topics within one; `parts` of them, or as many as lie apart (0)."""

    kind: Literal["split"] = "split"
    topic: int
    parts: int = Field(0, ge=0, le=50)


class Gather(_Edit):
    """Make a new topic of the documents at `places`, wherever they are now.

    Or look for topics among them, as Split does in one topic: `parts` of them, or as many as lie
    apart (0).
    """

    kind: Literal["gather"] = "gather"
    places: tuple[int, ...] = Field(min_length=1)
    parts: int = Field(1, ge=0, le=50)
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class Move(_Edit):
    """Put the documents at `places` into a topic, or into none (-1)."""

    kind: Literal["move"] = "move"
    places: tuple[int, ...] = Field(min_length=1)
    to: int


class Rescue(_Edit):
    """Put documents that are in no topic into the likeliest one, where it is likely enough."""

    kind: Literal["rescue"] = "rescue"
    by: Literal["vectors", "words", "both"] = "vectors"
    least: float = Field(0.3, ge=0, le=1)
    """How like the topic's centre, its words, or both on average a document must be (cosine)."""


class Level(_Edit):
    """Cut the merges that led to the topics anew, so that there are `count` of them.

    Pinned topics are among them and stay as they are, and so do documents in no topic.
    """

    kind: Literal["level"] = "level"
    count: int = Field(ge=1, le=1000)


class Delete(_Edit):
    """Take topics away; their documents are then in none."""

    kind: Literal["delete"] = "delete"
    gone: tuple[int, ...] = Field(min_length=1)


class Pin(_Edit):
    """Keep a topic as it is: nothing but `on=False` changes it."""

    kind: Literal["pin"] = "pin"
    topic: int
    on: bool = True


Edit = Annotated[
    Rename | Merge | Split | Gather | Move | Rescue | Level | Delete | Pin,
    Field(discriminator="kind"),
]
_ONE: TypeAdapter[Edit] = TypeAdapter(Edit)


def edit_of(entry: Any, where: str = "The edit") -> Edit:
    """The edit a JSON object says.

    Raises:
        InputError: it says none; the sentence begins with `where`.
    """
    try:
        return _ONE.validate_python(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        said = f"{field}: {first['msg']}" if field else first["msg"]
        raise InputError(f"{where} cannot be read ({said}).") from error


def plain(edits: list[Edit]) -> list[dict[str, Any]]:
    """JSON-able."""
    return [edit.model_dump(mode="json") for edit in edits]


def told(edit: Edit, names: dict[int, str]) -> str:
    """The edit in words; `names` are those that were given to topics before it.

    Others are called by their words, as they were when it was made.
    """

    def called(topic: int) -> str:
        by_words = ", ".join(edit.about.get(topic, [])[:3]) or f"topic {topic}"
        return f'"{names.get(topic, by_words)}"'

    match edit:
        case Rename():
            return f'{called(edit.topic)} is called "{edit.name}"'
        case Merge():
            return f"{' and '.join(map(called, edit.into))} are one topic"
        case Split():
            return f"{called(edit.topic)} is split" + (f" in {edit.parts}" if edit.parts else "")
        case Gather():
            of = f"{edit.parts} topics" if edit.parts else "topics"
            made = "a topic" if edit.parts == 1 else of
            return f"{len(edit.places):,} documents are {made} of their own"
        case Move():
            to = called(edit.to) if edit.to >= 0 else "no topic"
            return f"{len(edit.places):,} documents moved to {to}"
        case Rescue():
            by = {"both": "vectors and words"}.get(edit.by, edit.by)
            return f"Documents in no topic joined the likeliest by {by}, from {edit.least:g}"
        case Level():
            return f"All is cut anew into {edit.count:,} topics"
        case Delete():
            return f"{' and '.join(map(called, edit.gone))} deleted"
        case Pin():
            return f"{called(edit.topic)} is {'kept as it is' if edit.on else 'free again'}"
