"""Specs and payloads in, artifacts out: content-keyed, checked, published whole or not at all."""

from engine.store.artifact import Artifact, Manifest
from engine.store.store import Store, default_store

__all__ = ["Artifact", "Manifest", "Store", "default_store"]
