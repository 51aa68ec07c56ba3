"""The command line: words in, one JSON object as the last line out, exit code 0, 1 or 2."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys

from engine.errors import Cancelled, InputError


def main(words: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    from engine.commands import dispatch
    from engine.failure import sentence_for
    from engine.memory import few_arenas, few_kernels

    few_arenas()
    few_kernels()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    answer = sys.stdout
    if isinstance(answer, io.TextIOWrapper):
        # JSON is UTF-8 whatever the terminal; half a surrogate pair then shows as JSON's \\udc80.
        answer.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        # What libraries print is not our answer.
        with contextlib.redirect_stdout(sys.stderr):
            result = dispatch(sys.argv[1:] if words is None else words)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (Cancelled, KeyboardInterrupt):
        sys.stderr.write("Cancelled. Nothing is half-made; the same command goes on from here.\n")
        return 130
    except Exception as error:  # The border: every other failure is ours, or the machine's.
        if sentence := sentence_for(error):
            sys.stderr.write(f"{sentence}\n")
            return 2
        logging.getLogger(__name__).exception("Limn failed; please report the lines above")
        return 1
    if result is not None:
        answer.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    return 0


if __name__ == "__main__":
    code = main()
    group = sys.modules.get("engine.together.group")
    if group and group.left():
        group.end(code)
    sys.exit(code)
