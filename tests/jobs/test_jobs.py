"""A job from submission to its end: real detached processes, and every way they can end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from engine import jobs
from engine.errors import InputError, NotFoundError
from engine.jobs import State
from engine.jobs.process import JobProgress
from engine.jobs.record import read
from engine.store.files import read_json, write_json
from tests.toy import HeavyToySpec, ToySpec, publish, wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(toy_store):
    yield toy_store
    for job in jobs.jobs(toy_store):
        jobs.cancel(job, toy_store)


def _ended(store, job, seconds=30.0):
    return wait_for(lambda: (now := read(store, job.id)) and not now.active and now, seconds)


def _counting(store, job, at_least=1):
    return wait_for(lambda: (now := read(store, job.id)).status.done >= at_least and now)


def _tmp(store):
    return list(store.folder("tmp").iterdir())


def test_done(store):
    spec = ToySpec(steps=3)
    job = jobs.submit(spec, store=store, name="counted")
    assert job.active
    job = _ended(store, job)
    made = store.get("counted")
    assert job.state == State.DONE
    assert job.status.result == {"toy": made.key, "name": "counted", "steps": 3, "began_at": 0}
    assert [point["step"] for point in job.points()] == [1, 2, 3]
    assert json.loads(job.log.splitlines()[-1]) == job.status.result
    assert job.request.command == made.manifest.command == "python -m engine toy --steps=3"
    assert (job.share_done, job.status.error) == (1.0, "")
    # Asked for again it is another job, at once done, and nothing is computed.
    again = _ended(store, jobs.submit(spec, store=store))
    assert again.id != job.id
    assert again.status.result == job.status.result
    jobs.remove(job, store)
    assert [one.id for one in jobs.jobs(store)] == [again.id]
    assert store.get("counted") == made
    with pytest.raises(NotFoundError, match=f"There is no job {job.id}; it may have been removed"):
        read(store, job.id)


def test_a_real_file_becomes_a_source(store, tmp_path, monkeypatch):
    (tmp_path / "news.csv").write_text("text,label\nhello there,a\ngood bye,b\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)  # relative paths mean the same to the job
    from engine.data.spec_source import SourceSpec

    job = _ended(store, jobs.submit(SourceSpec(path="news.csv"), store=store), 60)
    assert job.state == State.DONE, job.log
    assert store.get("news.csv", "source").facts["rows"] == 2


def test_the_same_at_once_is_one_job(store, monkeypatch):
    def slowly(of_store):
        found = jobs.jobs(of_store)
        time.sleep(0.1)  # time enough for another tab to look, too
        return found

    monkeypatch.setattr("engine.jobs.launch.jobs", slowly)
    spec = ToySpec(steps=100, pause_s=0.05)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(jobs.submit(spec, store=store).id))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    job = _counting(store, read(store, found[0]))
    assert jobs.submit(spec, store=store).id == job.id
    with pytest.raises(InputError, match="still at work; stop or cancel it first"):
        jobs.remove(job, store)


def test_heavy_jobs_go_one_after_the_other_and_light_ones_beside_them(store):
    heavy = [
        jobs.submit(HeavyToySpec(steps=3, pause_s=0.2, tag=str(n)), store=store) for n in range(3)
    ]
    light = jobs.submit(ToySpec(), store=store)
    most = 0
    while any(read(store, job.id).active for job in heavy):
        running = [job for job in heavy if read(store, job.id).state == State.RUNNING]
        most = max(most, len(running))
        time.sleep(0.01)
    ends = [read(store, job.id).status for job in heavy]
    assert most == 1
    assert [end.state for end in ends] == [State.DONE] * 3
    assert ends[0].ended <= ends[1].began
    assert ends[1].ended <= ends[2].began
    assert _ended(store, light).status.ended < ends[2].ended


def test_a_queued_job_holds_its_inputs_and_leaves_when_stopped(store):
    first = jobs.submit(HeavyToySpec(steps=400, pause_s=0.05), store=store)
    _counting(store, first)
    source = publish(store, "a1")
    queued = jobs.submit(HeavyToySpec(after="a1"), store=store)
    wait_for(lambda: read(store, queued.id).status.stage == "Waiting for its turn")
    with pytest.raises(InputError, match="being read by a running job"):
        store.remove(source)
    jobs.stop(queued)
    assert _ended(store, queued).state == State.CANCELLED
    store.remove(source)
    missing = _ended(store, jobs.submit(HeavyToySpec(after="nothing"), store=store))
    assert (missing.state, missing.status.mendable) == (State.FAILED, True)
    assert missing.status.error.startswith("No toy is called 'nothing'.")


def test_cancel_ends_the_job_and_all_it_started(store):
    job = jobs.submit(ToySpec(steps=1000, pause_s=0.05, child=True), store=store)
    job = _counting(store, job)
    [child] = store.folder("partial").glob("*/child")
    child_pid = int(child.read_text(encoding="utf-8"))
    assert psutil.pid_exists(child_pid)
    going = threading.Event()

    def reconcile_all_the_time():
        while not going.is_set():
            jobs.reconcile(store)

    other_tab = threading.Thread(target=reconcile_all_the_time)
    other_tab.start()
    began = time.monotonic()
    jobs.cancel(job, store)
    took = time.monotonic() - began
    going.set()
    other_tab.join()
    job = read(store, job.id)
    assert (job.state, job.status.error) == (State.CANCELLED, "")
    assert not job.living
    wait_for(lambda: not _runs(child_pid), 5)
    assert took < 2, "a zombie is gone: its parent is this test, which never waits for it"
    assert _tmp(store) == []
    assert store.artifacts() == []
    jobs.cancel(job, store)  # again is harmless


def _runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_cancelled_before_it_is_awake(store):
    job = jobs.submit(ToySpec(steps=1000, pause_s=0.05), store=store)
    jobs.cancel(job, store)
    assert read(store, job.id).state == State.CANCELLED
    time.sleep(0.3)
    assert read(store, job.id).state == State.CANCELLED
    # And one whose process nobody knows yet is told by the mark when it wakes.
    path = store.folder("jobs") / "20260101-000000-000-abcd"
    path.mkdir()
    write_json(path / "request.json", job.request.model_dump(mode="json"))
    (path / "cancel").touch()
    from engine.errors import Cancelled

    with pytest.raises(Cancelled):
        JobProgress(store, path.name)


def test_stop_keeps_the_best_and_resume_goes_on(store):
    spec = ToySpec(steps=60, pause_s=0.04)
    job = _counting(store, jobs.submit(spec, store=store, name="mine"), 2)
    jobs.stop(job)
    job = _ended(store, job)
    stopped = store.get("mine")
    assert job.state == State.STOPPED
    assert job.status.result["stopped_at"] == stopped.facts["steps"] < 60
    assert store.verify(stopped) == []
    [scratch] = store.folder("partial").iterdir()
    assert scratch.name == f"toy-{store.key('toy', 1, spec.settings(), {})}"

    resumed = _ended(store, jobs.resume(job, store))
    whole = store.get("mine")
    assert (resumed.state, resumed.request.resumes) == (State.DONE, job.id), resumed.log
    assert whole.key != stopped.key
    assert whole.facts == {"steps": 60, "began_at": stopped.facts["steps"]}
    assert store.find("toy", stopped.key).name == ""
    assert list(store.folder("partial").iterdir()) == []


def test_stopping_half_an_input_is_a_cancel(store):
    from tests.toy import OuterSpec

    job = jobs.submit(OuterSpec(inner_pause_s=0.1), store=store)
    _counting(store, job)
    jobs.stop(job)
    assert _ended(store, job).state == State.CANCELLED
    assert {a.kind for a in store.artifacts()} == {"toy"}


def test_killed_then_reconciled_then_resumed(store):
    job = _counting(store, jobs.submit(ToySpec(steps=60, pause_s=0.04), store=store), 2)
    assert jobs.reconcile(store) == []
    os.kill(job.status.pid, signal.SIGKILL)
    [dead] = wait_for(lambda: jobs.reconcile(store), 5)
    assert (dead.id, dead.state) == (job.id, State.FAILED)
    assert dead.status.error.startswith("The process ended before its work did")
    assert dead.status.ended >= dead.status.began
    assert _tmp(store) == []
    assert store.artifacts() == []
    assert jobs.reconcile(store) == []
    done = _ended(store, jobs.resume(dead, store))
    assert done.state == State.DONE
    assert done.status.result["began_at"] >= 2


def test_killed_and_asked_for_again_is_not_taken_for_running(store):
    spec = ToySpec(steps=1000, pause_s=0.05)
    job = _counting(store, jobs.submit(spec, store=store))
    os.kill(job.status.pid, signal.SIGKILL)
    wait_for(lambda: not read(store, job.id).living, 5)
    again = jobs.submit(spec, store=store)
    assert again.id != job.id
    assert read(store, job.id).state == State.FAILED


def test_a_last_word_is_not_overwritten(store, monkeypatch):
    """The job ends between being read as running and being found dead."""
    job = _ended(store, jobs.submit(ToySpec(), store=store))
    wait_for(lambda: not job.living, 5)
    late = job.status.model_copy(update={"state": State.RUNNING})
    stale = jobs.Job(job.path, job.request, late)
    monkeypatch.setattr("engine.jobs.launch.jobs", lambda _: [stale])
    assert jobs.reconcile(store) == []
    assert read(store, job.id).state == State.DONE


def test_the_status_is_never_half_written(store):
    job = jobs.submit(ToySpec(steps=400, pause_s=0.002), store=store)
    path, reads = job.path / "status.json", 0
    while read(store, job.id).active:
        if path.exists():
            assert json.loads(path.read_text(encoding="utf-8"))["pid"]
            reads += 1
    assert reads > 20
    assert read(store, job.id).state == State.DONE


def test_it_outlives_whoever_started_it(store):
    code = (
        "import os, sys; from pathlib import Path; from engine import jobs\n"
        "from engine.store import Store; from tests.toy import ToySpec\n"
        "job = jobs.submit(ToySpec(steps=20, pause_s=0.05), store=Store(Path(sys.argv[1])))\n"
        "sys.stdout.write(job.id); sys.stdout.flush(); os.killpg(os.getpgrp(), 9)\n"
    )
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(ROOT)])
    parent = subprocess.run(
        [sys.executable, "-c", code, str(store.root)], start_new_session=True, check=False,
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert parent.returncode == -signal.SIGKILL
    assert _ended(store, read(store, parent.stdout)).state == State.DONE


def test_a_job_whose_folder_is_removed_ends(store):
    job = _counting(store, jobs.submit(ToySpec(steps=1000, pause_s=0.05), store=store))
    doomed = job.path.rename(
        store.root / "doomed"
    )  # at once: the job writes into its folder all along
    shutil.rmtree(doomed)
    wait_for(lambda: not job.living, 10)
    assert not job.path.exists()
    assert _tmp(store) == []
    assert store.artifacts() == []


@pytest.mark.parametrize(
    ("fails", "mendable", "told"),
    [
        ("input", True, "There is nothing to count; choose something with numbers."),
        ("disk", True, "The disk is full: "),
        ("memory", True, "The machine ran out of memory: "),
        ("ours", False, "Limn failed here, and that is our fault: RuntimeError: a wheel came off"),
    ],
)
def test_failures_say_whose_they_are(store, fails, mendable, told):
    job = _ended(store, jobs.submit(ToySpec(fails=fails), store=store))
    assert (job.state, job.status.mendable) == (State.FAILED, mendable)
    assert job.status.error.startswith(told)
    assert ("Traceback" in job.log) == (not mendable)
    assert _tmp(store) == []
    assert store.artifacts() == []


def test_a_process_that_never_woke_is_found_dead(store):
    never = _orphan(store, created=time.time())
    assert jobs.reconcile(store) == []  # it may still come
    write_json(never / "launched.json", {"pid": 4_000_000, "started": 1.0})
    [dead] = jobs.reconcile(store)
    assert (dead.path, dead.state) == (never, State.FAILED)
    forgotten = _orphan(store, created=time.time() - 3600)
    assert [job.path for job in jobs.reconcile(store)] == [forgotten]


def _orphan(store, created):
    """The folder of a job whose parent wrote the request and then was gone."""
    path = store.folder("jobs") / f"20260101-000000-{int(created) % 1000:03}-abcd"
    path.mkdir()
    request = {"verb": "toy", "spec": {}, "command": "x", "name": "", "heavy": False}
    write_json(path / "request.json", {**request, "created": created})
    return path


def test_strange_folders_are_no_jobs(store):
    folder = store.folder("jobs")
    (folder / "empty").mkdir()
    (folder / "other").mkdir()
    write_json(folder / "other" / "request.json", {"what": "ever"})
    (folder / "file.txt").touch()
    assert jobs.jobs(store) == []
    for name in ("", "..", "../jobs/other", "a/b"):
        with pytest.raises(NotFoundError):
            read(store, name)


def test_a_resumed_stage_is_not_taken_for_a_fast_one(store):
    path = _orphan(store, created=time.time())
    progress = JobProgress(store, path.name)
    progress.stage("Training", total=1000, unit="steps")
    progress.at(900)
    for done in range(901, 905):
        time.sleep(0.26)
        progress.at(done)
    status = read(store, path.name).status
    assert status.done == 904
    assert 1 < status.rate < 10
    progress.note("Half way.")
    progress.end(State.DONE)
    assert read_json(path / "status.json")["notes"] == ["Half way."]
