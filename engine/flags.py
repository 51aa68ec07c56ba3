"""A spec as command-line flags and back: one definition serves form, command and job."""

from __future__ import annotations

import argparse
import json
import shlex
import types
from collections.abc import Sequence
from typing import Any, Literal, NoReturn, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from engine.errors import InputError
from engine.spec import Spec
from engine.stages import Stage


class Parser(argparse.ArgumentParser):
    """An argument parser that raises our one-sentence error instead of printing its usage."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError with argparse's complaint and where help is."""
        raise InputError(f"{message[:1].upper()}{message[1:]}. See: {self.prog} --help")


def add_arguments(parser: argparse.ArgumentParser, spec: type[Spec]) -> None:
    """Give `parser` a positional argument for each required field and a flag for every other."""
    for name, field in spec.model_fields.items():
        help_text = _help(field)
        if field.is_required():
            parser.add_argument(name, help=help_text)
        elif field.annotation is bool:
            parser.add_argument(
                _flag(name), dest=name, help=help_text, action=argparse.BooleanOptionalAction,
                default=argparse.SUPPRESS,
            )  # fmt: skip
        else:
            parser.add_argument(
                _flag(name), dest=name, help=help_text, default=argparse.SUPPRESS,
                choices=_choices(field.annotation), metavar=_metavar(field.annotation),
            )  # fmt: skip


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
            words.append(str(value))
        elif value != field.get_default(call_default_factory=True):
            options.extend(_option(name, value))
    # "--" would be needed for a word that begins with a dash; file and artifact names then resolve.
    dashed = ["--"] if any(word.startswith("-") for word in words) else []
    return [*options, *dashed, *words]


def command(stage: Stage, spec: Spec) -> str:
    """The line a person can paste into a terminal to get the same artifact."""
    return shlex.join(["python", "-m", "engine", *stage.verb.split(), *arguments(spec)])


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [_flag(name) if value else _flag(name).replace("--", "--no-", 1)]
    if isinstance(value, dict):
        return [_flag(name) + "=" + json.dumps(value, ensure_ascii=False)]
    if isinstance(value, (list, tuple)):
        plain = all(isinstance(v, str) and v and not set(v) & set(',"[') for v in value)
        text = ",".join(value) if plain and value else json.dumps(list(value), ensure_ascii=False)
        return [f"{_flag(name)}={text}"]
    return [f"{_flag(name)}={value}"]


def _parse(field: FieldInfo, value: Any) -> Any:
    container = get_origin(field.annotation) or field.annotation
    if not isinstance(value, str) or container not in (list, tuple, dict):
        return value
    try:
        parsed = json.loads(value)
        if isinstance(parsed, (list, dict)):
            return parsed
    except json.JSONDecodeError:
        pass
    parts = [part for part in value.split(",") if part]
    if container is dict:
        pairs = [part.split("=", 1) for part in parts]
        if any(len(pair) != 2 for pair in pairs):
            raise InputError(f"'{value}' is not a map; write it as old=new,old=new or as JSON.")
        return {left.strip(): right.strip() for left, right in pairs}
    return parts


def _help(field: FieldInfo) -> str:
    text = field.description or ""
    default = field.get_default(call_default_factory=True)
    shown = default not in (PydanticUndefined, None, "", [], {})
    return (f"{text} (default: {default})" if shown else text).replace("%", "%%")


def _choices(annotation: Any) -> Sequence[str] | None:
    return [str(v) for v in get_args(annotation)] if get_origin(annotation) is Literal else None


def _metavar(annotation: Any) -> str | None:
    origin = get_origin(annotation) or annotation
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
