"""A messy text in, the text its author wrote out: named steps, always run in one order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html.entities import html5
from itertools import islice

from engine.data import latex
from engine.errors import InputError

_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AMPERSANDS = re.compile(r"&(?:amp;)+")
# Files that lost their "&" to a space (AG News): " #39;" was "&#39;". Only names that are no words.
_BROKEN_ENTITY = re.compile(
    r"(?: |(?<![&\w]))(quot|amp|lt|gt|nbsp|apos|hellip|[mn]dash|[lr][sd]quo"
    r"|[aeiou](?:acute|grave|uml|circ));"
    r"|(?: |(?<!&))(#(?:3[3-9]|[4-9]\d|1[2-9]\d|2\d\d|8\d{3})|#x20[0-9a-fA-F]{2});"
)
_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_INLINE_TAGS = (
    "a|abbr|acronym|b|big|center|cite|code|em|font|i|img|ins|del|kbd|mark|q|s|small|span|strike|"
    "strong|sub|sup|tt|u|var|o:p|label"
)
_BLOCK_TAGS = (
    "address|article|aside|blockquote|body|br|button|caption|dd|div|dl|dt|embed|fieldset|figure|"
    "footer|form|frame|h[1-6]|head|header|hr|html|iframe|input|li|link|main|meta|nav|noscript|"
    "object|ol|option|p|param|pre|section|select|source|table|tbody|td|textarea|tfoot|th|thead|"
    "title|tr|ul|video|audio|svg|script|style"
)
# A tag needs a known name and attributes of the form name=value, so "a<b and c>d" stays as it is.
_VALUE = r"\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s\"'<>]{0,2000}"
_ATTRIBUTES = rf"(?:[\s\\]+[\w:-]+(?:\s*=\s*(?:{_VALUE}))|[\s\\]+\w+(?=\s*/?>))*"
_INLINE = re.compile(rf"</?(?:{_INLINE_TAGS})\b{_ATTRIBUTES}\s*/?>", re.IGNORECASE)
_BLOCK = re.compile(rf"</?(?:{_BLOCK_TAGS})\b{_ATTRIBUTES}\s*/?>", re.IGNORECASE)
_UNSEEN = (
    (
        re.compile(r"<script\b[^<>]{0,500}>", re.IGNORECASE),
        re.compile(r"</script\s*>", re.IGNORECASE),
    ),
    (
        re.compile(r"<style\b[^<>]{0,500}>", re.IGNORECASE),
        re.compile(r"</style\s*>", re.IGNORECASE),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
)
_ESCAPED_MARK = re.compile(r"\\+([$%&#_\"'])")
_WRITTEN_BREAK = re.compile(r"(?:\\r)?\\n(?=\\|[A-Z\s]|$)")
_INVISIBLE = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
)
_CONTROL = re.compile(
    # A joiner has work to do in emoji and in Persian or Indic words, none between Latin letters.
    f"[{_INVISIBLE}]|(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
)
_URL = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"]+|\bwww\.[^\s<>\"]+|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+"
)
_MANY_PASSES = 20


@dataclass(frozen=True)
class Step:
    """One cleaning step: `apply` is only called on texts for which `needs` is true (and cheap)."""

    name: str
    title: str
    description: str
    needs: Callable[[str], object]
    apply: Callable[[str], str]


@dataclass(frozen=True)
class StepReport:
    """What one step did to the texts it was shown, with a few pairs of (before, after)."""

    step: Step
    changed: int
    examples: list[tuple[str, str]]


def _mojibake(text: str) -> str:
    import ftfy

    try:
        return str(ftfy.fix_encoding(text))
    except (UnicodeError, ValueError):  # a lone surrogate half: taken away by a later step
        return text


def _one_entity(match: re.Match[str]) -> str:
    name = match.group(1) or match.group(2)
    if not name.startswith("#"):
        return html5.get(f"{name};", match.group(0))
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    if code in _WINDOWS:  # as browsers do: 147 is the opening quotation mark
        return _WINDOWS[code]
    valid = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xDFFF < code <= 0x10FFFF
    return chr(code) if valid else " "


def _entities(text: str) -> str:
    text = _AMPERSANDS.sub("&", text) if "&amp;amp;" in text else text
    return _BROKEN_ENTITY.sub(_broken_entity, _ENTITY.sub(_one_entity, text))


def _broken_entity(match: re.Match[str]) -> str:
    name = match.group(1) or match.group(2)
    whole = _ENTITY.match(f"&{name};")
    return _one_entity(whole) if whole else match.group(0)


def _tags(text: str) -> str:
    for opening, closing in _UNSEEN:
        text = _without(text, opening, closing)
    return _INLINE.sub("", _BLOCK.sub(" ", text))


def _without(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """`text` without what stands between the two marks; in one pass, however long it is."""
    kept, place = [], 0
    while (start := opening.search(text, place)) and (end := closing.search(text, start.end())):
        kept.append(text[place : start.start()])
        place = end.end()
    return " ".join([*kept, text[place:]])


def _backslashes(text: str) -> str:
    text = _WRITTEN_BREAK.sub(" ", text)
    return _ESCAPED_MARK.sub(r"\1", text).replace("\\", " ")


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step(
            "mojibake",
            "Broken letters",
            "Repairs letters that went through the wrong encoding: cafÃ© becomes café.",
            lambda text: not text.isascii(),
            _mojibake,
        ),
        Step(
            "html_entities",
            "HTML entities",
            "Turns &amp; and &quot; into the sign they stand for, also the broken ' #39;' and "
            "' quot;'.",
            lambda text: ";" in text,
            _entities,
        ),
        Step(
            "html_tags",
            "HTML tags",
            "Takes tags such as <br /> away and keeps the words between them.",
            lambda text: "<" in text and ">" in text,
            _tags,
        ),
        Step(
            "latex",
            "LaTeX",
            "Writes formulas in plain signs: $\\alpha$ becomes α, CH$_4$ becomes CH4.",
            latex.TRIGGER.search,
            latex.to_text,
        ),
        Step(
            "backslash_breaks",
            "Backslash line breaks",
            "Puts a space where a backslash stands for a line break, and turns \\$5 into $5.",
            lambda text: "\\" in text,
            _backslashes,
        ),
        Step(
            "urls",
            "Web and mail addresses",
            "Takes web addresses and e-mail addresses away.",
            re.compile(r"://|www\.|@", re.IGNORECASE).search,
            lambda text: _URL.sub(" ", text),
        ),
        Step(
            "control_chars",
            "Invisible characters",
            "Takes control characters, zero-width spaces and soft hyphens away.",
            re.compile(f"[{_INVISIBLE}\u200c\u200d]").search,
            lambda text: _CONTROL.sub("", text),
        ),
        Step(
            "whitespace",
            "Spaces",
            "Makes one space of any run of spaces, tabs and line breaks, and none at the ends.",
            lambda text: True,
            lambda text: " ".join(text.split()),
        ),
    )
}
DEFAULT_STEPS = (
    "mojibake",
    "html_entities",
    "html_tags",
    "backslash_breaks",
    "control_chars",
    "whitespace",
)
PAPER_STEPS = tuple(name for name in STEPS if name in {*DEFAULT_STEPS, "latex"})


def chosen(names: Iterable[str]) -> list[Step]:
    """The steps of that name, in the order they run in.

    Raises:
        InputError: for a name that is no step.
    """
    wanted = set(names)
    unknown = sorted(wanted - STEPS.keys())
    if unknown:
        raise InputError(
            f"There is no cleaning step '{unknown[0]}'; there are: {', '.join(STEPS)}."
        )
    return [step for name, step in STEPS.items() if name in wanted]


def clean(text: str, steps: Sequence[Step]) -> str:
    """`text` after `steps`, run until nothing changes any more: cleaning twice changes nothing."""
    return _clean(text, steps, None)


def clean_counting(text: str, steps: Sequence[Step], changed: dict[str, int]) -> str:
    """As :func:`clean`, adding 1 to ``changed[name]`` for every step that changed this text."""
    touched: set[str] = set()
    cleaned = _clean(text, steps, touched)
    for name in touched:
        changed[name] = changed.get(name, 0) + 1
    return cleaned


def before_after(
    texts: Sequence[str], steps: Sequence[Step], *, examples: int = 3
) -> list[StepReport]:
    """What each step changes in `texts` after the steps before it; up to `examples` pairs each."""
    reports = []
    current = list(texts)
    for step in steps:
        after = [step.apply(text) if step.needs(text) else text for text in current]
        pairs = [(old, new) for old, new in zip(current, after, strict=True) if old != new]
        reports.append(StepReport(step, len(pairs), list(islice(pairs, examples))))
        current = after
    return reports


def _clean(text: str, steps: Sequence[Step], touched: set[str] | None) -> str:
    # One step can make work for an earlier one: "&amp;lt;br&amp;gt;" is a tag in the third pass.
    for _ in range(_MANY_PASSES):
        before = text
        for step in steps:
            if step.needs(text):
                after = step.apply(text)
                if touched is not None and after != text:
                    touched.add(step.name)
                text = after
        if text == before:
            break
    return text
