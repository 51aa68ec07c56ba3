"""A spec class in, the widgets that fill it out, and the command that does the same."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from engine.flags import command
from engine.spec import Spec
from engine.stages import stage_of
from pages._ui import words
from pages._ui.texts import plain

_FEW = 4


def spec_form(
    spec: type[Spec],
    fields: Sequence[str],
    *,
    defaults: Mapping[str, Any] | None = None,
    key: str,
    labels: Mapping[str, str] | None = None,
    options: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Draw one widget for each of `fields` and return their values, ready for ``spec.parse``.

    Widgets follow from the field: a Literal is a segmented control (a select box from five values
    on), a bool a toggle, a share between bounds a slider, another number a number box, a list of
    known `options` a multiselect, a map a small table, anything else a text box. The field's
    description is the tooltip, its bounds are the widget's.

    Args:
        spec: The class.
        fields: Which fields, in this order.
        defaults: First values other than the spec's own.
        key: Prefix of the widgets' keys; change it to start over.
        labels: Labels other than the field's own name in words.
        options: The values offered for a field of type list or str.
    """
    given = dict(defaults or {})
    chosen: dict[str, Any] = {}
    for name in fields:
        field = spec.model_fields[name]
        value = given.get(name, field.get_default(call_default_factory=True))
        label = (labels or {}).get(name) or words.field(name)
        chosen[name] = _widget(
            field, value, label, f"{key}-{name}", list((options or {}).get(name, ()))
        )
    return chosen


def command_line(spec: Spec) -> None:
    """The terminal command that makes the same, folded away, with its copy button."""
    with st.expander("The same from a terminal", icon=":material/terminal:"):
        st.code(command(stage_of(spec), spec), language="bash", wrap_lines=True)


def _widget(field: FieldInfo, value: Any, label: str, key: str, options: list[str]) -> Any:
    help_text = plain(field.description or "")
    annotation = _without_none(field.annotation)
    origin = get_origin(annotation) or annotation
    if origin is Literal:
        values = list(get_args(annotation))
        if len(values) <= _FEW:
            return st.segmented_control(
                label, values, default=value, required=True, format_func=str, key=key, wrap=True,
                help=help_text,
            )  # fmt: skip
        return st.selectbox(label, values, index=values.index(value), key=key, help=help_text)
    if origin is bool:
        return st.toggle(label, value=value, key=key, help=help_text)
    if origin in (int, float):
        return _number(field, origin, value, label, key, help_text)
    if origin in (list, tuple):
        known = list(dict.fromkeys([*options, *value]))
        return st.multiselect(
            label, known, default=list(value), key=key, help=help_text,
            accept_new_options=not options,
        )  # fmt: skip
    if origin is dict:
        return map_editor(value, label, key, help_text)
    if options:
        known = list(dict.fromkeys([*options, value]))
        return st.selectbox(label, known, index=known.index(value), key=key, help=help_text)
    return st.text_input(label, value=str(value or ""), key=key, help=help_text)


def map_editor(
    pairs: Mapping[str, str], label: str, key: str, help: str = "", *, old: str = "In the file"
) -> dict[str, str]:
    """A two-column table to rename values; returns the pairs whose right side is filled."""
    st.caption(plain(label), help=help or None)
    edited = st.data_editor(
        {old: list(pairs), "Name": list(pairs.values())},
        key=key,
        hide_index=True,
        num_rows="fixed" if pairs else "dynamic",
        disabled=[old] if pairs else False,
        width="stretch",
    )
    rows = zip(_column(edited, old), _column(edited, "Name"), strict=True)
    return {str(k).strip(): str(v).strip() for k, v in rows if k and v and str(v).strip()}


def _column(edited: Any, name: str) -> list[Any]:
    return list(edited[name])


def _number(
    field: FieldInfo, kind: type, value: Any, label: str, key: str, help_text: str
) -> int | float:
    low, high = _bounds(field, kind)
    if kind is float and low is not None and high is not None and 0.4 <= high - low <= 1:
        return st.slider(
            label, float(low), float(high), float(value), step=0.01, key=key, help=help_text
        )
    step = 1 if kind is int else _step(float(value))
    return st.number_input(
        label, min_value=low, max_value=high, value=kind(value), step=step, key=key,
        format=None if kind is int else "%g", help=help_text,
    )  # fmt: skip


def _bounds(field: FieldInfo, kind: type) -> tuple[Any, Any]:
    low = high = None
    for mark in field.metadata:
        for name in ("ge", "gt"):
            if (bound := getattr(mark, name, None)) is not None:
                low = kind(bound)
        for name in ("le", "lt"):
            if (bound := getattr(mark, name, None)) is not None:
                high = kind(bound)
    return low, high


def _step(value: float) -> float:
    return 10.0 ** (len(f"{value:.0f}") - 2) if value >= 1 else (value / 5 or 0.01)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation
