"""What was asked of a document in, the command line that gives the same explanation out."""

from __future__ import annotations

import shlex


def document_command(
    topics: str, place: int, *, of: str, against: str, method: str = "", baseline: str = ""
) -> str:
    """The line to paste into a terminal.

    Args:
        topics: Name or key.
        place: Of the document.
        of: The topic that is explained.
        against: The one it is compared with.
        method: Short name; "" for the usual one.
        baseline: Kind; "" for the usual one.
    """
    options = {"category": of, "against": against, "method": method, "baseline": baseline}
    given = [f"--{name}={value}" for name, value in options.items() if value]
    return shlex.join(["python", "-m", "engine", "explain", topics, f"--document={place}", *given])
