"""Starts the hub and everything under it, and ends every process of it again.

One supervisor runs a data folder at a time: it holds a lock that the system itself lets go when
the supervisor ends, however it ends. Every process it starts dies with it or is ended by it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

import psutil

from bootcamp.cohort import Cohort, load_cohort
from bootcamp.content import content_root
from bootcamp.errors import AlreadyRunning, BootcampError, NotRunning, PortInUse, UsageError
from bootcamp.handover import KEYS_FILE, Handover, hand_over
from bootcamp.hub.config import dying_with_its_parent
from bootcamp.hub.ports import free_ports
from bootcamp.hub.settings import HubSettings
from bootcamp.language import VARIABLE as LANGUAGE
from bootcamp.sandbox import is_readable_inside, require_sandbox
from bootcamp.settings import DataFolder
from bootcamp.store import open_store

__all__ = ["Running", "Supervisor", "running", "stop"]

_START_DEADLINE_SECONDS = 60.0
_HUB_LEAVES_WITHIN_SECONDS = 20.0
_LOOKS_TAKE_SECONDS = 0.3
_PR_SET_CHILD_SUBREAPER = 36
# How a company's network is left: by which proxy (some addresses hold a password), trusting which
# certificates.
_WAY_OUT = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Running:
    """What is known of the bootcamp that runs on a data folder."""

    pid: int
    url: str
    started: float
    """Seconds since the epoch."""
    hub_pid: int = 0
    web_port: int = 0
    gateway_port: int = 0


class Supervisor:
    """Runs one bootcamp: `with Supervisor(...) as running: ...wait()`."""

    def __init__(self, settings: HubSettings, *, url: str | None = None) -> None:
        self.settings = settings
        shown = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0"} else settings.host  # noqa: S104
        self.url = (url or f"http://{shown}:{settings.port}").rstrip("/")
        self._hub: subprocess.Popen[bytes] | None = None
        self._keys: Handover | None = None
        self._asked_to_stop = threading.Event()
        self._lock = contextlib.ExitStack()

    def start(self) -> Running:
        """Start the hub and wait until its login page answers.

        Raises:
            AlreadyRunning: another supervisor runs this data folder.
            PortInUse: another program holds the public port.
            SandboxUnavailable: citizens could not be kept apart here.
            CohortError: the cohort file is wrong.
            BootcampError: the hub did not come up; the message carries its last word.
        """
        data = self.settings.data
        data.create()
        self._lock.enter_context(_locked(data))
        try:
            if self.settings.isolated:
                require_sandbox()
                _require_out_of_sight(data)
            cohort = load_cohort(data.cohort_file)
            _wait_for_leftovers(data)
            _require_free(self.settings.host, self.settings.port)
            self.settings = _with_free_ports(self.settings)
            open_store(data.store_url).close()
            _adopt_orphans()
            self._listen_for_signals()
            self._hub = self._launch(cohort)
            running = Running(
                pid=os.getpid(),
                url=self.url,
                started=time.time(),
                hub_pid=self._hub.pid,
                web_port=self.settings.web_port,
                gateway_port=self.settings.gateway_port,
            )
            _write_state(data, running)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return running

    def wait(self) -> int:
        """Wait until someone asks to stop, or the hub ends by itself; give the exit status."""
        while not self._asked_to_stop.wait(timeout=0.5):
            self._reap_orphans()
            if self._hub is not None and self._hub.poll() is not None:
                return 1
        return 0

    def stop(self) -> None:
        """End everything; when this returns, no process of the bootcamp is left."""
        if self._hub is not None:
            if self._hub.poll() is None:
                self._hub.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._hub.wait(_HUB_LEAVES_WITHIN_SECONDS)
            _end_descendants()
            self._hub = None
            _state_file(self.settings.data).unlink(missing_ok=True)
        if self._keys is not None:
            self._keys.close()
            self._keys = None
        self._lock.close()

    def _listen_for_signals(self) -> None:
        """Take signals as the wish to stop.

        This comes before the hub is started: a shell that starts us in the background has SIGINT
        ignored, and the hub's services, which are stopped by it, would inherit that.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._asked_to_stop.set())

    def _reap_orphans(self) -> None:
        """Let adopted processes that have ended go; the hub itself is `Popen`'s to wait for."""
        for process in psutil.Process().children():
            if self._hub is None or process.pid != self._hub.pid:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(process.pid, os.WNOHANG)

    def _launch(self, cohort: Cohort) -> subprocess.Popen[bytes]:
        """Start the hub without the secrets, which wait here for the gateway alone."""
        secrets = {"BOOTCAMP_METRICS_TOKEN", *_key_variables(cohort)}
        for_gateway = {k: v for k, v in os.environ.items() if v and k in {*secrets, *_WAY_OUT}}
        self._keys = hand_over(for_gateway)
        for_hub = {k: v for k, v in os.environ.items() if k not in secrets}
        log = self.settings.data.logs / "hub.log"
        config = content_root() / "hub_config" / "jupyterhub_config.py"
        command = [sys.executable, "-m", "bootcamp.lean", "jupyterhub", "-f", str(config)]
        with log.open("ab") as output:
            return subprocess.Popen(
                dying_with_its_parent(command),
                cwd=self.settings.data.hub,
                env={
                    **for_hub,
                    **self.settings.to_environment(),
                    KEYS_FILE: self._keys.path,
                    LANGUAGE: cohort.language,
                    "PYTHONUNBUFFERED": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        """Poll the hub itself, the pages behind the proxy, and the model gateway."""
        port = self.settings.port
        host = "127.0.0.1" if self.settings.host == "0.0.0.0" else self.settings.host  # noqa: S104
        pages = [
            # First where an early question costs nothing: the proxy answers it with a page that
            # the hub has to draw while it is still starting.
            f"http://127.0.0.1:{self.settings.hub_api_port}/hub/health",
            f"http://{host}:{port}/hub/login",
            f"http://{host}:{port}/services/bootcamp/health",
            f"http://127.0.0.1:{self.settings.gateway_port}/health",
        ]
        deadline = time.monotonic() + _START_DEADLINE_SECONDS
        while pages and time.monotonic() < deadline:
            if self._asked_to_stop.is_set():
                raise BootcampError("Stopped before it was ready.")
            if self._hub is None or self._hub.poll() is not None:
                break
            if _answers(pages[0]):
                pages.pop(0)
            else:
                self._asked_to_stop.wait(0.1)
        if pages:
            raise BootcampError(
                f"The hub did not start: {_last_words(self.settings.data.logs / 'hub.log')}"
            )


def running(data: DataFolder) -> Running | None:
    """Give what runs on this data folder, or None."""
    if not (data.run / "lock").exists():
        return None
    with (data.run / "lock").open("a") as lock:
        try:
            # Shared, so that those who only look never get into each other's way.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_state(data)
    return None


def stop(data: DataFolder) -> None:
    """Stop the bootcamp on this data folder, and return when every process of it is gone.

    Raises:
        NotRunning: none runs there.
        BootcampError: it did not end in a minute.
    """
    state = running(data)
    if state is None:
        raise NotRunning(f"No bootcamp runs on {data.root}.")
    try:
        os.kill(state.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise BootcampError(
            f"The bootcamp on {data.root} was started by another user; stop it as that user."
        ) from None
    deadline = time.monotonic() + 60
    while running(data) is not None or _is_there(state.pid):
        if time.monotonic() > deadline:
            raise BootcampError(f"The bootcamp (process {state.pid}) does not end.")
        time.sleep(0.05)


def _is_there(pid: int) -> bool:
    """Tell whether a process runs; one that only waits for its parent to look does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def _locked(data: DataFolder) -> Iterator[None]:
    with (data.run / "lock").open("a") as lock:
        if not _take(lock):
            state = _read_state(data)
            where = f" at {state.url}" if state else ""
            raise AlreadyRunning(
                f"A bootcamp already runs on {data.root}{where}."
                " Stop it with `bootcamp stop`, or give another --data folder."
            )
        yield


def _take(lock: IO[str]) -> bool:
    """Take the lock; someone who only looks whether it is held keeps it for a moment."""
    deadline = time.monotonic() + _LOOKS_TAKE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _key_variables(cohort: Cohort) -> set[str]:
    """Give the names of the environment variables that hold the company's keys."""
    named = {service.key_variable for service in cohort.model_services}
    return {name for name in (cohort.model.key_variable, *named) if name}


def _state_file(data: DataFolder) -> Path:
    return data.run / "state.json"


def _write_state(data: DataFolder, state: Running) -> None:
    draft = data.run / "state.json.new"
    draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
    draft.replace(_state_file(data))


def _read_state(data: DataFolder) -> Running | None:
    try:
        return Running(**json.loads(_state_file(data).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _wait_for_leftovers(data: DataFolder) -> None:
    """After a supervisor was killed its hub is still leaving; wait for it."""
    left = _read_state(data)
    deadline = time.monotonic() + _HUB_LEAVES_WITHIN_SECONDS
    while left and _is_hub(left.hub_pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    _state_file(data).unlink(missing_ok=True)


def _is_hub(pid: int) -> bool:
    try:
        return pid > 0 and "jupyterhub" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _require_out_of_sight(data: DataFolder) -> None:
    if is_readable_inside(data.root):
        raise UsageError(
            f"{data.root} lies in a folder that every sandbox can read, so citizens could see"
            " each other's work. Give another folder with --data."
        )


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise PortInUse(
                f"Port {port} cannot be used ({(error.strerror or str(error)).lower()})."
                f" Choose another one: `bootcamp up --port {port + 1}`."
            ) from None


def _with_free_ports(settings: HubSettings) -> HubSettings:
    """Choose the inner ports."""
    hub, proxy, web, gateway = free_ports(4, besides=[settings.port])
    return replace(
        settings, hub_api_port=hub, proxy_api_port=proxy, web_port=web, gateway_port=gateway
    )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow none: a page that sends us on is not the page that was asked for."""


def _answers(url: str) -> bool:
    # Straight to this machine: a company's proxy, where the environment names one, is not asked.
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        with straight.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _adopt_orphans() -> None:
    """Make descendants whose parent dies our children, so that none can get away."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end_descendants() -> None:
    """Ask every descendant to leave, then kill those that do not; new ones included."""
    me = psutil.Process()
    for patience, send in ((3.0, psutil.Process.terminate), (5.0, psutil.Process.kill)):
        left = me.children(recursive=True)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                send(process)
        psutil.wait_procs(left, timeout=patience)
    while children := me.children(recursive=True):
        for process in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(children, timeout=5)


def _last_words(log: Path) -> str:
    """Give the most telling of the log's last lines."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-40:]
    except OSError:
        lines = []
    telling = [line for line in lines if "Error" in line or "[C " in line or "[E " in line]
    return (telling or lines or ["it left no word"])[-1].strip() + f" (see {log})"
