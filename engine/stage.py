"""A heavy action by its names in; its spec and its function, loaded when it is used, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.spec import Spec

Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage. `spec` and `build` are "module:name", loaded when the stage is used. A `version`
    above 1 tells that what it makes was once made otherwise; `heavy` ones wait for each other."""

    verb: str
    makes: str
    version: int = 1
    spec: str
    build: str
    heavy: bool = False
    help: str

    def load_spec(self) -> type[Spec]:
        """The spec class."""
        loaded: type[Spec] = load(self.spec)
        return loaded

    def load_build(self) -> Callable[..., Facts]:
        """The function ``build(spec, work) -> facts``."""
        loaded: Callable[..., Facts] = load(self.build)
        return loaded


def load(path: str) -> Any:
    """What "module:name" stands for."""
    module, name = path.split(":")
    return getattr(import_module(module), name)
