"""Pruning frees what it can and never takes what is kept, in use, or was needed to make those."""

import os
import time
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.store import Store
from engine.store.budget import in_use, prune, sweep, using
from engine.store.files import folder_bytes, write_json
from engine.store.process import alive, identity
from tests.toy import publish


@st.composite
def graphs(draw):
    """Per artifact: its inputs among the earlier ones, size, rank of use, kept, in use."""
    n = draw(st.integers(1, 7))
    return [
        (
            draw(st.sets(st.integers(0, i - 1), max_size=3)) if i else set(),
            draw(st.integers(0, 4000)),
            draw(st.integers(0, 9)),
            draw(st.integers(0, 5)) == 0,
            draw(st.integers(0, 5)) == 0,
        )
        for i in range(n)
    ]


def _ancestors(i, graph):
    return {i}.union(*(_ancestors(parent, graph) for parent in graph[i][0]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(), st.integers(0, 20_000), st.data())
def test_pruning(tmp_path_factory, graph, budget, data):
    store = Store(tmp_path_factory.mktemp("prune"))
    made = []
    for i, (parents, size, rank, kept, _) in enumerate(graph):
        artifact = publish(store, f"{i}a", *(made[p] for p in sorted(parents)), size=size)
        made.append(artifact)
        then = time.time() - 1000 * (10 - rank)
        os.utime(store.folder("used") / artifact.key, (then, then))
        store.keep(artifact, kept)
    spared = data.draw(st.sets(st.integers(0, len(graph) - 1), max_size=1))
    roots = {i for i, (*_, kept, used) in enumerate(graph) if kept or used} | spared
    safe = set().union(*(_ancestors(i, graph) for i in roots))
    sizes = [folder_bytes(a.path) for a in made]

    with ExitStack() as stack:
        for i, (*_, used) in enumerate(graph):
            if used:
                stack.enter_context(using(store, [made[i]]))
        removed = prune(store, budget, spare=[made[i].key for i in spared])

    gone = [made.index(artifact) for artifact in removed]
    left = {i for i in range(len(made)) if store.find("toy", made[i].key)}
    assert left == set(range(len(made))) - set(gone)
    assert left >= safe
    assert all(graph[i][0] <= left for i in left), "an input of something that remains is gone"
    assert sum(sizes[i] for i in left) <= budget or left == safe
    # No more goes than must: without the last one it would not have fitted.
    if gone:
        assert sum(sizes[i] for i in left) + sizes[gone[-1]] > budget
    # The least recently used first, among those nothing needs.
    for step, i in enumerate(gone):
        there = set(range(len(made))) - set(gone[:step])
        leaves = there - safe - set().union(*(graph[j][0] for j in there))
        assert graph[i][2] == min(graph[j][2] for j in leaves)


def test_a_dead_process_uses_nothing(tmp_path):
    store = Store(tmp_path)
    one = publish(store, "a1")
    pid, started = identity()
    write_json(store.folder("use") / "dead.json", {"pid": pid, "started": started - 9, "keys": [1]})
    with using(store, [one]):
        assert in_use(store) == {one.key}
    assert in_use(store) == set()
    assert list(store.folder("use").iterdir()) == []


def test_old_checkpoints_go_before_newer_results(tmp_path):
    store = Store(tmp_path)
    checkpoint = store.scratch("toy", "c" * 20)
    checkpoint.mkdir(parents=True)
    (checkpoint / "weights").write_bytes(b"x" * 5000)
    for path in (checkpoint / "weights", checkpoint):
        os.utime(path, (1, 1))
    publish(store, "a1", size=5000)
    assert prune(store, 8000) == []
    assert not checkpoint.exists()


def test_a_checkpoint_somebody_works_on_stays(tmp_path):
    store = Store(tmp_path)
    checkpoint = store.scratch("toy", "c" * 20)
    checkpoint.mkdir(parents=True)
    with store.lock("toy", "c" * 20):
        prune(store, 0)
    assert checkpoint.exists()
    (checkpoint / "weights").write_bytes(b"x")
    prune(store, 0)
    assert not checkpoint.exists()


def test_sweeping_takes_only_what_the_dead_left(tmp_path):
    store = Store(tmp_path)
    with store.temporary() as mine:
        pid, started = identity()
        for name in (f"{pid}-{started + 9}-ab", "4000000-1.5-ab", "123-ab", "junk"):
            (store.folder("tmp") / name).mkdir()
        (store.root / "toy").mkdir()
        (store.root / "toy" / ".gone-x-1").mkdir()
        sweep(store)
        assert [path.name for path in store.folder("tmp").iterdir()] == [mine.name]
        assert list((store.root / "toy").iterdir()) == []


def test_setting_the_clock_kills_nobody(monkeypatch):
    import psutil

    pid, started = identity()
    platform = psutil._psplatform
    if not hasattr(platform, "boot_time"):
        pytest.skip("only Linux reckons starts from the boot")
    moved = platform.boot_time() + 3600
    monkeypatch.setattr(platform, "boot_time", lambda: moved)
    assert alive(pid, started)
    assert not alive(pid, started + 1)
    assert not alive(4_000_000, started)
