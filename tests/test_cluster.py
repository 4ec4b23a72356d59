"""``--scheduler`` on real clusters of processes: the report of a local run, whatever happens to the workers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import gradfix
from gradfix import cluster as clusters
from gradfix.errors import UsageError
from tests.clusters import SECONDS, Cluster, environment, generate, install, kill, until
from tests.notebooks import LOSSES, TRAIN, notebook

pytest.importorskip("distributed", reason="Dask is not installed")
pytestmark = pytest.mark.slow

Done = subprocess.CompletedProcess[bytes]
SLOWLY = 0.03


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    install(folder)
    return folder


@pytest.fixture
def cluster(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster without anything yet; the tests run in the folder of the programs."""
    for name in ("programs", "cluster", "trace"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "programs")
    made = Cluster(tmp_path / "cluster", environment(site, tmp_path / "trace"))
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    """Whatever waits for ever fails, and the processes are ended."""

    def over(*_: object) -> None:
        pytest.fail("the test takes too long")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(int(3 * SECONDS))
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def command(cluster: Cluster, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gradfix", "--no-cache", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=cluster.environment,
    )


def ended(process: subprocess.Popen[bytes]) -> Done:
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return Done(process.args, process.returncode, out, err)


def far(cluster: Cluster, *arguments: str) -> subprocess.Popen[bytes]:
    cluster.ready()
    return command(cluster, ".", "--scheduler", cluster.address, *arguments)


def local(cluster: Cluster, *arguments: str, jobs: int = 1) -> Done:
    done = ended(command(cluster, ".", "--jobs", str(jobs), *arguments))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) >= 2
    return done


def same(one: Done, other: Done) -> bool:
    return (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_killed_worker_changes_nothing_in_the_report(cluster: Cluster, form: str) -> None:
    generate(Path(), 300)
    expected = local(cluster, "--output-format", form)
    assert expected.stdout.count(b"step") > 150
    cluster.start()
    workers = [cluster.worker(sleep=SLOWLY) for _ in range(3)]
    run = far(cluster, "--output-format", form)
    victim = workers[0]
    until(lambda: all(cluster.started(worker, 12) for worker in workers), "all workers are busy")
    kill(victim)
    assert run.poll() is None, "the run was over before the worker was killed"
    done = ended(run)
    begun = re.fullmatch("start (.+)", cluster.trace(victim)[-1])
    assert begun, "the worker was killed between two files"
    assert any(f"end {begun[1]}" in cluster.trace(worker) for worker in workers[1:])
    assert same(done, expected), done.stderr


def test_a_run_goes_on_when_workers_come_back(cluster: Cluster) -> None:
    generate(Path(), 200)
    expected = local(cluster, "--output-format", "json")
    cluster.start()
    workers = [cluster.worker(sleep=SLOWLY) for _ in range(2)]
    run = far(cluster, "--output-format", "json")
    until(lambda: all(cluster.started(worker, 8) for worker in workers), "both workers are busy")
    for worker in workers:
        kill(worker)
    time.sleep(3)
    assert run.poll() is None, "the run did not wait"
    cluster.worker()
    done = ended(run)
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout)
    assert b"no worker is left" in done.stderr


def test_files_that_kill_their_workers_are_problems_of_their_own(cluster: Cluster) -> None:
    generate(Path(), 60)
    # In the first two groups; the second dies while files that lay beside the first are done again.
    for name, more in (("step10.py", "# deadly\n"), ("step15.py", "# deadly, # slow\n")):
        path = Path("part0", name)
        path.write_text(path.read_text() + more)
    expected = local(cluster, "--output-format", "json", jobs=2)
    assert expected.stderr.count(b"the process that checked it died") == 2
    cluster.start(
        DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0",
        DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION="inf",  # tasks wait at workers, and die with them
    )
    for _ in range(2):
        cluster.worker(sleep=SLOWLY)
    run = far(cluster, "--output-format", "json")
    out = threading.Thread(target=cluster.keep, args=(2, run, SLOWLY))
    out.start()
    done = ended(run)
    out.join()
    dead = sum(worker.poll() is not None for worker in cluster.workers)
    assert dead == 4
    lines = [line for line in done.stderr.splitlines() if not line.startswith(b"no worker is left")]
    assert (done.returncode, done.stdout, lines) == (2, expected.stdout, expected.stderr.splitlines())


def test_threads_of_a_worker_take_turns(cluster: Cluster) -> None:
    generate(Path(), 120)
    expected = local(cluster, "--output-format", "json")
    cluster.start()
    worker = cluster.worker(threads=8, sleep=0.005)
    done = ended(far(cluster, "--output-format", "json"))
    assert same(done, expected), done.stderr
    kinds = [line.split()[0] for line in cluster.trace(worker)]
    assert kinds == ["start", "end"] * (len(kinds) // 2)
    assert len(kinds) == 240


def test_notebooks_are_sent_with_what_they_import(cluster: Cluster) -> None:
    generate(Path(), 10)
    Path("losses.py").write_text(LOSSES)
    Path("train.ipynb").write_text(notebook(*TRAIN))
    Path("broken.ipynb").write_text(notebook("x = 1", "x = ("))
    expected = local(cluster, "--output-format", "json")
    assert b"differentiated in train.ipynb:cell 4:4" in expected.stdout
    assert b"broken.ipynb:cell 2:1:5: cannot parse" in expected.stderr
    cluster.start()
    cluster.worker()
    assert same(ended(far(cluster, "--output-format", "json")), expected)


def test_only_the_client_writes(cluster: Cluster) -> None:
    generate(Path(), 30)
    expected = local(cluster, "--diff")
    cluster.start()
    cluster.worker("import os, gradfix.source\ngradfix.source.write = lambda *_: os._exit(1)")
    shown = ended(far(cluster, "--diff"))
    assert same(shown, expected), shown.stderr
    before = {path: path.read_bytes() for path in Path().rglob("step*.py")}
    applied = ended(far(cluster, "--apply"))
    assert applied.returncode == 2, applied.stderr
    assert sum(path.read_bytes() != text for path, text in before.items()) == 10
    again = ended(far(cluster, "--diff"))
    assert again.stdout == b""


def test_control_c_ends_a_run(cluster: Cluster) -> None:
    generate(Path(), 300)
    cluster.start()
    worker = cluster.worker(sleep=1)
    run = far(cluster)
    until(lambda: cluster.started(worker, 2), "the worker is busy")
    run.send_signal(signal.SIGINT)
    begun = time.monotonic()
    done = ended(run)
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr
    assert time.monotonic() - begun < 15

    def at_rest() -> bool:
        seen = len(cluster.trace(worker))
        time.sleep(3)
        return len(cluster.trace(worker)) == seen

    until(at_rest, "the worker comes to rest")
    assert len(cluster.trace(worker)) < 60


def changed_package(folder: Path, path: str, old: str, new: str) -> str:
    """Copy gradfix with one change, and return what makes a worker take the copy."""
    shutil.copytree(Path(gradfix.__file__).parent, folder / "gradfix")
    file = folder / "gradfix" / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return f"import sys; sys.path.insert(0, {str(folder)!r})"


OTHERS: dict[str, tuple[Callable[[Path], str], str]] = {
    "version": (
        lambda folder: changed_package(folder, "__init__.py", f'"{gradfix.__version__}"', '"0.0.7"'),
        f"gradfix 0.0.7 there, {gradfix.__version__} here",
    ),
    "code": (
        lambda folder: changed_package(folder, "engine.py", '"""', '"""In other words: '),
        "code of gradfix",
    ),
    "none": (lambda _: "import sys; sys.modules['gradfix'] = None", "does not have gradfix"),
    "python": (
        lambda _: "import platform; platform.python_version = lambda: '3.99.1'",
        "Python 3.99.1 there",
    ),
}


@pytest.mark.parametrize("other", sorted(OTHERS))
def test_a_worker_that_differs_is_refused(cluster: Cluster, tmp_path: Path, other: str) -> None:
    make, message = OTHERS[other]
    generate(Path(), 4)
    cluster.start()
    cluster.worker(make(tmp_path))
    done = ended(far(cluster))
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("error: the worker tcp://127.0.0.1:")
    assert message in line


def test_a_worker_that_differs_is_refused_when_it_comes_late(cluster: Cluster, tmp_path: Path) -> None:
    generate(Path(), 300)
    before = OTHERS["version"][0](tmp_path)
    cluster.start()
    first = cluster.worker(sleep=0.1)
    run = far(cluster)
    until(lambda: cluster.started(first, 4), "the first worker is busy")
    cluster.worker(before)
    done = ended(run)
    assert done.returncode == 2
    assert b"0.0.7 there" in done.stderr.splitlines()[-1]


def test_the_scheduler_lacks_gradfix(cluster: Cluster) -> None:
    generate(Path(), 4)
    cluster.start(OTHERS["none"][0](Path()))
    cluster.worker()
    done = ended(far(cluster))
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("error: the scheduler does not have gradfix")


def test_nobody_answers(cluster: Cluster) -> None:
    begun = time.monotonic()
    done = ended(command(cluster, ".", "--scheduler", "tcp://127.0.0.1:1"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == ["error: no Dask scheduler answers at tcp://127.0.0.1:1"]
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("arguments", [("nowhere",), ("tcp://127.0.0.1:1", "--jobs", "2"), ("http://a:1",)])
def test_what_makes_no_sense_is_one_line(cluster: Cluster, arguments: tuple[str, ...]) -> None:
    done = ended(command(cluster, ".", "--scheduler", *arguments))
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(b"error: --scheduler")


def test_there_are_no_workers(cluster: Cluster) -> None:
    cluster.start()
    said: list[str] = []
    with (
        pytest.raises(UsageError, match=r"has no workers$"),
        clusters.connect(cluster.address, said.append, patience=1),
    ):
        pass
    assert said == [f"the scheduler at {cluster.address} has no workers; waiting 1 s for one"]


@pytest.fixture
def plain(cluster: Cluster) -> Cluster:
    """A cluster whose workers are like this process, without the package of codemods."""
    cluster.environment = dict(os.environ)
    return cluster


def test_no_worker_comes_back(plain: Cluster) -> None:
    plain.start()
    worker = plain.worker()
    said: list[str] = []
    with clusters.connect(plain.address, said.append, lost=1) as executor:
        future = executor.submit(time.sleep, SECONDS)
        kill(worker)
        with pytest.raises(UsageError, match="no worker is left"):
            future.result(SECONDS)
    assert len(said) == 2


def test_the_scheduler_goes(cluster: Cluster) -> None:
    generate(Path(), 300)
    cluster.start()
    worker = cluster.worker(sleep=SLOWLY)
    run = far(cluster)
    until(lambda: cluster.started(worker, 10), "the worker is busy")
    assert cluster.scheduler is not None
    kill(cluster.scheduler)
    done = ended(run)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1] == f"error: the scheduler at {cluster.address} has gone"
    assert b"Traceback" not in done.stderr


def test_nothing_can_be_submitted_when_the_scheduler_has_gone(plain: Cluster) -> None:
    plain.start()
    plain.worker()
    with clusters.connect(plain.address, print) as executor:
        future = executor.submit(time.sleep, SECONDS)
        assert plain.scheduler is not None
        kill(plain.scheduler)
        with pytest.raises(UsageError, match="has gone"):
            future.result(SECONDS)
        with pytest.raises(UsageError, match="has gone"):
            executor.submit(os.getpid)


def test_dask_is_not_installed() -> None:
    code = "import sys; sys.modules['distributed'] = None; from gradfix.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--scheduler", "tcp://127.0.0.1:1"],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == b"error: --scheduler needs Dask: install gradfix[dask]\n"
