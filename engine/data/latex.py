"""A text with LaTeX in, the text as a person reads it out: α for \\alpha, CH4 for CH$_4$."""

from __future__ import annotations

import re
import unicodedata

TRIGGER = re.compile(r"[\\$]|``|[_^]\{")

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327",
    "k": "\u0328",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "i", "j": "j", "S": "§",
}  # fmt: skip
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "varrho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_SYMBOLS = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "ne": "≠", "ll": "≪", "gg": "≫", "lesssim": "≲", "gtrsim": "≳", "approx": "≈",
    "lessapprox": "≲", "gtrapprox": "≳", "simeq": "≃", "sim": "~", "equiv": "≡", "propto": "∝",
    "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "in": "∈",
    "notin": "∉", "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩", "emptyset": "∅",
    "forall": "∀", "exists": "∃", "to": "→", "rightarrow": "→", "longrightarrow": "→",
    "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftrightarrow": "⇔",
    "mapsto": "↦", "hbar": "ħ", "ell": "ℓ", "circ": "°", "degree": "°", "dagger": "†",
    "prime": "′", "odot": "⊙", "oplus": "⊕", "otimes": "⊗", "star": "*", "ast": "*", "perp": "⊥",
    "parallel": "∥", "langle": "⟨", "rangle": "⟩", "ldots": "...", "dots": "...", "cdots": "...",
    "vert": "|", "mid": "|", "setminus": "∖", "Z": "Z", "R": "R", "N": "N", "C": "C", "Q": "Q",
}  # fmt: skip
_FUNCTIONS = frozenset(
    [
        "log",
        "ln",
        "exp",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "min",
        "max",
        "sup",
        "inf",
        "lim",
        "det",
        "dim",
        "deg",
        "arg",
        "ker",
        "gcd",
        "mod",
        "Pr",
    ]
)
_NAMES = _LETTERS | _GREEK | _SYMBOLS | {name: name for name in _FUNCTIONS}

_ACCENT_MARK = re.compile(
    r"\{\\([`'^~=.\"])\{?\\?([A-Za-z])\}?\}|\\([`'^~=.\"])\s?(?:\{\\?([A-Za-z])\}|\\?([A-Za-z])(?![{]))"
)
_ACCENT_NAME = re.compile(r"\\([uvHckr])(?:\s*\{\\?([A-Za-z])\}|\s+([A-Za-z])\b)")
_REMOVED = re.compile(
    r"\\(?:cite[tp]?|citep|ref|eqref|label|footnote|begin|end|vspace|hspace)\*?\s*(?:\[[^\]\\]{0,200}\])?\{[^{}]*\}"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_WRAPPED = re.compile(r"\\(?!left|right)([A-Za-z]+)\*?\s*\{([^{}]*)\}")
_SWITCH = re.compile(
    r"\{\s*\\(?:em|it|bf|rm|sc|sl|tt|sf|cal|small|large|Large|boldmath)\b\s*([^{}]*)\}"
)
_GROUP = re.compile(r"\{([^{}]*)\}")
_DIGIT_INDEX = re.compile(r"(?<=\w)_(?=\d)|^_(?=\d)")
_DIGIT_GROUP_INDEX = re.compile(r"_\{(\d+)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?[ \t]?")
_SPACING = re.compile(r"\\[\\,;:! ]|\\$|\\(?=\n)|(?<=\w)~(?=\w)")
_ESCAPED = re.compile(r"\\([%&_$#{}|])")
_DELIMITER = re.compile(r"\\[()\[\]]")
# The rule of most Markdown readers: no space inside the dollars, no digit right after the second
# one. It keeps "$5 and $6" a pair of prices. With a formula's signs inside, spaces are fine.
_MATH = re.compile(
    r"(?<!\\)\$\$?([^$\s](?:[^$]{0,400}?[^$\s\\])?)\$\$?(?!\d)"
    r"|(?<!\\)\$\$?(?=[^$]{0,400}[\\^_])([^$]{1,400})\$\$?(?!\d)"
)
_QUOTES = re.compile(r"``([^`']{0,400})''")


def to_text(text: str) -> str:
    """`text` with accents composed, math in plain signs and commands taken away. Never raises."""
    text = _ACCENT_MARK.sub(_accent, text)
    text = _ACCENT_NAME.sub(_accent, text)
    text = _MATH.sub(_math, text)
    text = _commands(text)
    return _QUOTES.sub(r'"\1"', text)


def _accent(match: re.Match[str]) -> str:
    parts = [part for part in match.groups() if part]
    return unicodedata.normalize("NFC", parts[1] + _ACCENTS[parts[0]])


def _math(match: re.Match[str]) -> str:
    inside = (match.group(1) or match.group(2)).strip()
    if match.string[: match.start()][-1:].isalnum() and inside.startswith("_"):
        inside = re.sub(r"^_\{?([^{}]*)\}?$", r"\1", inside)
    inside = _DIGIT_GROUP_INDEX.sub(r"\1", inside)
    inside = _commands(inside)
    inside = _DIGIT_INDEX.sub("", inside)
    return inside.replace("{", "").replace("}", "")


def _commands(text: str) -> str:
    if "\\" in text:
        text = _REMOVED.sub("", text)
        for _ in range(4):  # macros sit inside macros; deeper than this nobody reads
            before = text
            text = _FRACTION.sub(r"\1/\2", text)
            text = _ROOT.sub(r"√(\1)", text)
            text = _SWITCH.sub(r"\1", text)
            text = _WRAPPED.sub(_wrapped, text)
            if text == before:
                break
        text = _SPACING.sub(" ", text)
        text = _DELIMITER.sub("", text)
        text = _COMMAND.sub(_command, text)
        text = _ESCAPED.sub(r"\1", text)
    return _GROUP.sub(r"\1", text) if "{" in text else text


def _wrapped(match: re.Match[str]) -> str:
    name, inside = match.groups()
    return f"{_NAMES[name]} {inside}" if name in _NAMES else inside


def _command(match: re.Match[str]) -> str:
    name = match.group(1)
    gap = " " if match.group(0).endswith((" ", "\t")) else ""
    return _NAMES.get(name, "") + gap
