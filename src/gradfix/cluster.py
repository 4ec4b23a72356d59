"""A Dask cluster as a ``concurrent.futures.Executor``; needs the extra ``gradfix[dask]``.

What a task gives must not depend on where it runs: every task carries the ``Identity`` of this process, and a
worker that differs refuses it. A lost worker's tasks are done again by the others; a task that was running on
each of several workers when they died ends with ``BrokenExecutor``, and the other tasks go on.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import pickle
import pkgutil
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from gradfix import __version__
from gradfix.errors import UsageError
from gradfix.identity import Identity, identity

if TYPE_CHECKING:
    from distributed import Client

_T = TypeVar("_T")
Say = Callable[[str], None]

REACH = 4.0
"""Seconds that the scheduler has to answer."""
PATIENCE = 30.0
"""Seconds that the first worker has to come."""
LOST = 300.0
"""Seconds that a run waits for a new worker when all have gone."""
# Two wait at the worker while one runs, so that it never waits for the network.
_PER_THREAD = 3
_LOOK = 1.0
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
# An analysis changes the recursion limit and the warnings of its process.
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def connect(address: str, say: Say, *, patience: float = PATIENCE, lost: float = LOST) -> Iterator[Executor]:
    """Yield an executor over the workers of the scheduler at ``address``, such as ``tcp://host:8786``.

    Its ``submit`` waits while enough tasks for the present workers are on their way; everything that is still
    on its way at the end is cancelled.

    Args:
        address: of the scheduler.
        say: is called with lines about waiting; from other threads, too.
        patience: seconds to wait for a first worker.
        lost: seconds to wait for a new worker when all have gone.

    Raises:
        UsageError: Dask is not installed, the address is none, nobody answers there, there are no workers, or
            they differ from this process. A result raises it too, when this happens later.
    """
    try:
        importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        if error.name not in {"distributed", "dask"}:
            raise
        raise UsageError("--scheduler needs Dask: install gradfix[dask]") from error
    with _quiet():
        _knock(address)
        client = _client(address)
        executor = None
        try:
            _await_workers(client, address, say, patience)
            _compare(client)
            executor = _Cluster(client, address, say, lost)
            yield executor
        finally:
            if executor is not None:
                executor.shutdown(wait=False, cancel_futures=True)
            client.close(timeout=REACH)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own lines off the terminal."""
    import dask

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        # What a task carries may be large, and is meant to be.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _knock(address: str) -> None:
    """Find out whether a scheduler answers, before there is a client that would have to be cleaned up."""
    from distributed import Security, rpc

    async def ask() -> object:
        security = Security().get_connection_args("client")
        async with rpc(address, timeout=REACH, connection_args=security) as scheduler:
            return await scheduler.identity()

    try:
        answer = asyncio.run(asyncio.wait_for(ask(), 1.5 * REACH))
    except (ValueError, TypeError) as error:
        raise UsageError(f"--scheduler {address}: {_line(error)}") from error
    except (OSError, EOFError, asyncio.TimeoutError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}") from error
    if not isinstance(answer, dict) or answer.get("type") != "Scheduler":
        raise UsageError(f"what answers at {address} is no Dask scheduler")


def _client(address: str) -> Client:
    from distributed import Client

    with warnings.catch_warnings():
        # The versions that matter are compared below.
        warnings.simplefilter("ignore")
        try:
            return Client(address, timeout=REACH, set_as_default=False, name="gradfix")
        except OSError as error:
            raise UsageError(f"no Dask scheduler answers at {address}") from error


def _threads(client: Client) -> int:
    """Return how many threads the workers have together; 0 when the scheduler cannot be asked."""
    if client.status != "running":
        return 0
    try:
        return sum(client.nthreads().values())
    except (OSError, CancelledError, asyncio.CancelledError):
        return 0


def _await_workers(client: Client, address: str, say: Say, patience: float) -> None:
    until = time.monotonic() + patience
    told = False
    while not _threads(client):
        if not told:
            say(f"the scheduler at {address} has no workers; waiting {patience:.0f} s for one")
            told = True
        if time.monotonic() > until:
            raise UsageError(f"the scheduler at {address} has no workers")
        time.sleep(min(0.2, patience))


def _compare(client: Client) -> None:
    """Ask everybody who they are; first by a function that they have even when they lack gradfix.

    Raises:
        UsageError: a worker lacks gradfix, or has another one; or the scheduler, which unpacks the tasks, lacks it.
    """
    question = "gradfix.__version__"
    try:
        client.run_on_scheduler(pkgutil.resolve_name, question)
    except ImportError as error:
        raise _lacks("scheduler") from error
    for worker, answer in client.run(pkgutil.resolve_name, question, on_error="return").items():
        if isinstance(answer, ImportError):
            raise _lacks(f"worker {worker}")
        if answer != __version__:
            raise _unlike(worker, f"gradfix {_line(answer)} there, {__version__} here")
    for worker, answer in client.run(identity, on_error="return").items():
        if not isinstance(answer, Identity):
            raise _unlike(worker, _line(answer))
        difference = identity().differs(answer)
        if difference is not None:
            raise _unlike(worker, difference)


def _lacks(who: str) -> UsageError:
    return UsageError(f"the {who} does not have gradfix; it needs gradfix {__version__}")


def _unlike(worker: str, difference: str) -> UsageError:
    return UsageError(f"the worker {worker} is not like this process: {difference}")


def _line(error: object) -> str:
    text = " ".join(str(error).split())
    return text or type(error).__name__


def _run(client: Identity, task: bytes) -> object:
    """Carry out a pickled ``(function, arguments, keywords)`` in a worker."""
    difference = client.differs(identity())
    if difference is not None:
        from distributed import get_worker

        raise _unlike(get_worker().address, difference)
    function, arguments, keywords = pickle.loads(task)  # noqa: S301 - a worker runs what its client sends
    with _ONE_AT_A_TIME:
        return function(*arguments, **keywords)


class _Cluster(Executor):
    """Tasks to the workers and results back; a thread looks after the number of workers."""

    def __init__(self, client: Client, address: str, say: Say, lost: float) -> None:
        self._client = client
        self._executor: Executor = client.get_executor(pure=False)
        self._address = address
        self._say = say
        self._lost = lost
        self._threads = _threads(client)
        self._waiting: set[Future[Any]] = set()
        self._change = threading.Condition()
        self._closed = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="gradfix-cluster", daemon=True)
        self._watcher.start()

    def submit(self, function: Callable[..., _T], /, *arguments: Any, **keywords: Any) -> Future[_T]:
        """Send one task; waits while there are enough on their way."""
        task = pickle.dumps((function, arguments, keywords), protocol=pickle.HIGHEST_PROTOCOL)
        outer: Future[_T] = Future()
        with self._change:
            self._change.wait_for(lambda: self._closed.is_set() or len(self._waiting) < self._room())
            if self._closed.is_set():
                raise RuntimeError("cannot submit to a cluster that is closed")
            if self._client.status != "running":
                raise self._gone()
            self._waiting.add(outer)
        inner = self._executor.submit(_run, identity(), task)
        outer.add_done_callback(self._forget)
        outer.add_done_callback(lambda outer: outer.cancelled() and inner.cancel())
        inner.add_done_callback(lambda inner: self._settle(inner, outer))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; wait for those on their way, or cancel them."""
        if wait and not cancel_futures:
            with self._change:
                self._change.wait_for(lambda: not self._waiting)
        self._closed.set()
        with self._change:
            self._change.notify_all()
        self._watcher.join()
        self._executor.shutdown(wait=False)
        for outer in list(self._waiting):
            outer.cancel()

    def _gone(self) -> UsageError:
        return UsageError(f"the scheduler at {self._address} has gone")

    def _room(self) -> int:
        return max(1, _PER_THREAD * self._threads)

    def _forget(self, outer: Future[Any]) -> None:
        with self._change:
            self._waiting.discard(outer)
            self._change.notify_all()

    def _settle(self, inner: Future[Any], outer: Future[Any]) -> None:
        from distributed.scheduler import KilledWorker

        error = self._gone() if inner.cancelled() else inner.exception()
        if isinstance(error, KilledWorker):
            error = BrokenExecutor(_line(error))
        with self._change:  # the watcher may give it up at the same time
            if outer.done() or not outer.set_running_or_notify_cancel():
                return
            if error is not None:
                outer.set_exception(error)
            else:
                outer.set_result(inner.result())

    def _watch(self) -> None:
        """Follow the number of workers, and give up when there are none for too long."""
        since: float | None = None
        while not self._closed.wait(_LOOK):
            threads = _threads(self._client)
            with self._change:
                self._threads = threads
                self._change.notify_all()
                waiting = bool(self._waiting)
            if self._client.status == "closed":
                self._fail(self._gone())
            elif threads or not waiting:
                since = None
            elif since is None:
                since = time.monotonic()
                self._say(f"no worker is left at {self._address}; waiting {self._lost:.0f} s for a new one")
            elif time.monotonic() - since > self._lost:
                self._fail(UsageError(f"no worker is left at {self._address}"))

    def _fail(self, error: UsageError) -> None:
        with self._change:
            for outer in list(self._waiting):
                if not outer.done() and outer.set_running_or_notify_cancel():
                    outer.set_exception(error)
