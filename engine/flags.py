"""A spec as command-line flags and back: one definition serves form, command and job."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from engine.errors import InputError
from engine.spec import Spec
from engine.stages import Stage

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Parser(argparse.ArgumentParser):
    """An argument parser that raises our one-sentence error instead of printing its usage."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise InputError with argparse's complaint and where help is."""
        raise InputError(f"{message[:1].upper()}{message[1:]}. See: {self.prog} --help")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """argparse takes "--" for no value at all, even that of ``--flag=--``."""
        if not action.option_strings or arg_strings != ["--"]:
            return super()._get_values(action, arg_strings)
        value = self._get_value(action, "--")
        self._check_value(action, value)
        return value

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help where the person looks for it, though libraries' prints are sent away."""
        super().print_help(file or sys.__stdout__)


def add_arguments(parser: argparse.ArgumentParser, spec: type[Spec]) -> None:
    """Give `parser` a positional argument for each required field and a flag for every other.

    A field that may be None gets ``--no-FIELD`` besides, as a yes-or-no field does.
    """
    for name, field in spec.model_fields.items():
        kind, optional = _kind(field)
        help_text = _help(field)
        flag: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS}
        if field.is_required():
            parser.add_argument(name, help=help_text)
        elif kind is bool and not optional:
            parser.add_argument(
                _flag(name), help=help_text, action=argparse.BooleanOptionalAction, **flag
            )
        else:
            parser.add_argument(
                _flag(name), help=help_text, choices=_choices(kind), metavar=_metavar(kind), **flag
            )
            if optional:
                parser.add_argument(
                    _no(name), action="store_const", const=None, help=argparse.SUPPRESS, **flag
                )


def values(spec: type[Spec], arguments: argparse.Namespace) -> dict[str, Any]:
    """The spec's fields that were given, lists and maps parsed; pydantic does the rest."""
    given = {k: v for k, v in vars(arguments).items() if k in spec.model_fields}
    return {name: _parse(spec.model_fields[name], value) for name, value in given.items()}


def arguments(spec: Spec) -> list[str]:
    """The command-line arguments that give this very spec: only what differs from the defaults."""
    words: list[str] = []
    options: list[str] = []
    for name, field in type(spec).model_fields.items():
        value = getattr(spec, name)
        if field.is_required():
            words.append(_text(value))
        elif value != field.get_default(call_default_factory=True):
            options.append(_option(name, field, value))
    # Without it a file or a name that begins with a dash would be taken for a flag.
    dashed = ["--"] if any(word.startswith("-") for word in words) else []
    return [*options, *dashed, *words]


def command(stage: Stage, spec: Spec) -> str:
    """The line a person can paste into a terminal to get the same artifact."""
    return shlex.join(["python", "-m", "engine", *stage.verb.split(), *arguments(spec)])


def _option(name: str, field: FieldInfo, value: Any) -> str:
    if value is None:
        return _no(name)
    if _kind(field) == (bool, False):
        return _flag(name) if value else _no(name)
    return f"{_flag(name)}={_text(value)}"


def _text(value: Any) -> str:
    """A value as one word: a list as a,b where that is unmistakable, else as JSON."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        plain = value and all(isinstance(v, str) and _is_plain(v) for v in value)
        return ",".join(value) if plain else json.dumps(list(value), ensure_ascii=False)
    return str(value)


def _is_plain(text: str) -> bool:
    return bool(text) and text == text.strip() and not set(text) & set(',"[')


def _parse(field: FieldInfo, value: Any) -> Any:
    kind, _ = _kind(field)
    container = get_origin(kind) or kind
    if not isinstance(value, str):
        return value
    if container is Literal:
        return next((one for one in get_args(kind) if str(one) == value), value)
    if container not in (list, tuple, dict):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict if container is dict else list):
        return parsed
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if container is not dict:
        return parts
    pairs = [part.split("=", 1) for part in parts]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError(f"'{value}' is not a map; write it as old=new,old=new or as JSON.")
    return {left.strip(): right.strip() for left, right in pairs}


def _kind(field: FieldInfo) -> tuple[Any, bool]:
    """The field's type without its marks and without None, and whether it may be None."""
    kind, optional = field.annotation, False
    if get_origin(kind) in (Union, types.UnionType):
        rest = [one for one in get_args(kind) if one is not type(None)]
        optional = len(rest) < len(get_args(kind))
        kind = rest[0] if len(rest) == 1 else kind
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind, optional


def _help(field: FieldInfo) -> str:
    text = field.description or ""
    default = field.get_default(call_default_factory=True)
    if default in (PydanticUndefined, None, "", [], {}):
        return text.replace("%", "%%")
    shown = {True: "yes", False: "no"}[default] if isinstance(default, bool) else _text(default)
    return f"{text} (default: {shown})".replace("%", "%%")


def _choices(kind: Any) -> list[str] | None:
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else None


def _metavar(kind: Any) -> str | None:
    origin = get_origin(kind) or kind
    if origin is Literal:
        return None
    if origin in (list, tuple):
        return "A,B"
    if origin is dict:
        return "OLD=NEW,..."
    if origin in (Union, types.UnionType):
        return "VALUE"
    return {int: "N", float: "X"}.get(origin, "TEXT")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _no(name: str) -> str:
    return "--no-" + name.replace("_", "-")
