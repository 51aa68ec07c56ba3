"""What was asked for in, the command line that gives the same explanation out."""

from __future__ import annotations

import shlex

from engine.explain.methods.baseline import Baseline
from engine.explain.methods.known import DEFAULT


def command(
    model: str,
    text: str,
    *,
    category: str = "",
    against: str = "",
    method: str = DEFAULT,
    baseline: Baseline | None = None,
) -> str:
    """The line to paste into a terminal; what is left to its defaults is left out.

    Args:
        model: Name or key.
        text: What is explained.
        category: Which category; "" for the predicted one.
        against: The one it is compared with; "" for all others.
        method: Short name of the method.
        baseline: What the text is compared with.
    """
    chosen = baseline or Baseline()
    own = Baseline()
    options = {
        "category": category,
        "against": against,
        "method": "" if method == DEFAULT else method,
        "baseline": "" if chosen.kind == own.kind else chosen.kind,
        "neutral": chosen.text if chosen.kind == "text" else "",
    }
    given = [f"--{name}={value}" for name, value in options.items() if value]
    return shlex.join(["python", "-m", "engine", "explain", model, f"--text={text}", *given])
