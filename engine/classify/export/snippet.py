"""A classifier's card in, one Python file that predicts with its ONNX graph out: no Limn needed."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from engine.data import clean as clean_module
from engine.data import latex as latex_module

_BEGIN = '''"""Classifies texts with the model in this folder: {title}.

    pip install {packages}
    python predict.py "A text to classify"
    python predict.py < texts.txt          (one text a line)

Or from Python: ``from predict import probabilities``. Needs the folder onnx/ beside this file.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html.entities import html5
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

LABELS = {labels}
CLEANING = {steps}
MAX_TOKENS = {limit}
PAD_ID = {pad}
LOWER = {lower}
PROMPT = {prompt}


class InputError(ValueError):
    """The input cannot be used."""


# The cleaning that the training texts went through, as Limn does it.
'''

_NO_LATEX = '''

class latex:
    """This model's texts hold none."""

    TRIGGER = re.compile("(?!)")
    to_text = staticmethod(str)


'''

_LATEX = """

class latex:
    TRIGGER = TRIGGER
    to_text = staticmethod(to_text)


"""

_END = '''

# The model.

_HERE = Path(__file__).resolve().parent / "onnx"
_tokenizer = Tokenizer.from_file(str(_HERE / "tokenizer.json"))
_tokenizer.no_padding()
_tokenizer.enable_truncation(MAX_TOKENS)
_session = onnxruntime.InferenceSession(
    str(_HERE / "model.onnx"), providers=["CPUExecutionProvider"]
)


def probabilities(texts: Sequence[str], batch: int = 32) -> np.ndarray:
    """(n, n_labels) float32 in the order of LABELS; each row sums to 1."""
    steps = chosen(CLEANING)
    ready = [clean(text, steps) for text in texts]
    ready = [PROMPT + (text.lower() if LOWER else text) for text in ready]
    rows = [encoding.ids for encoding in _tokenizer.encode_batch(ready)]
    found = np.empty((len(rows), len(LABELS)), dtype=np.float32)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for start in range(0, len(order), batch):
        some = order[start : start + batch]
        shape = len(some), max(1, max(len(rows[i]) for i in some))
        ids = np.full(shape, PAD_ID, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for place, i in enumerate(some):
            ids[place, : len(rows[i])] = rows[i]
            mask[place, : len(rows[i])] = 1
        found[some] = _session.run(["probabilities"], {"ids": ids, "mask": mask})[0]
    return found


def main() -> None:
    texts = sys.argv[1:] or [line.rstrip("\\n") for line in sys.stdin]
    for text, shares in zip(texts, probabilities(texts) if texts else []):
        said = dict(zip(LABELS, map(float, shares)))
        print(json.dumps({"text": text, "prediction": max(said, key=said.get),
                          "probabilities": said}, ensure_ascii=False))


if __name__ == "__main__":
    main()
'''


def snippet(card: Any, *, title: str, limit: int, pad_id: int, lower: bool, prompt: str) -> str:
    """The whole of ``predict.py``.

    The cleaning steps in it are the source of :mod:`engine.data.clean` itself, so that they cannot
    drift apart; where the model uses the step "mojibake" it needs ftfy for texts beyond ASCII.

    Args:
        card: The classifier's.
        title: What to call it.
        limit: Tokens read of a text.
        pad_id: Token id of padding.
        lower: Whether texts are put in lower case before they are cut into tokens.
        prompt: What stands before every text.
    """
    steps = [name for name in clean_module.STEPS if name in card.clean]
    begin = _BEGIN.format(
        title=title.replace("\\", "").replace('"', "'"),
        packages=" ".join(packages(card)),
        labels=json.dumps(list(card.labels), ensure_ascii=True),
        steps=json.dumps(steps),
        limit=int(limit),
        pad=int(pad_id),
        lower=bool(lower),
        prompt=json.dumps(prompt, ensure_ascii=True),
    )
    latex = _NO_LATEX
    if "latex" in steps:
        latex = _body(inspect.getsource(latex_module)) + _LATEX
    return begin + latex + _body(inspect.getsource(clean_module)) + _END


def packages(card: Any) -> list[str]:
    """What predict.py needs."""
    return ["tokenizers", "onnxruntime", "numpy", *(["ftfy"] if "mojibake" in card.clean else [])]


def _body(source: str) -> str:
    """A module's source without its docstring and imports, which stand at the top of the file."""
    rest = source.split('"""', 2)[2]
    return (
        re.sub(r"^(?:from [\w.]+ import .*|import .*)\n", "", rest, flags=re.M).strip("\n") + "\n"
    )
