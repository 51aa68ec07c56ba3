"""One of several processes that work together: waits for what to do, does it, waits again.

    python -m engine.together.follow

under torchrun's environment, which the first process sets; it prints nothing and keeps nothing.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from engine.errors import InputError
from engine.together.group import Group, LostError, end, joined


def follow() -> None:
    """Do what the first process says until it says that all is done.

    It says {"do": "module:function", ...}; the function is called with what was said and the group.

    Raises:
        InputError: the first process is gone, or what it asked for cannot be done.
    """
    try:
        with joined() as group:
            while said := group.told():
                _function(said["do"])(said, group)
    except LostError as error:
        raise InputError(
            "The first of the processes that work together is gone, so this one ends too."
        ) from error


def _function(path: str) -> Callable[[dict[str, Any], Group], None]:
    module, name = path.split(":")
    found: Callable[[dict[str, Any], Group], None] = getattr(import_module(module), name)
    return found


def main() -> int:
    """Exit code 0 when the first process is done, 2 when it is gone."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        follow()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    end(main())
