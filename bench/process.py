"""The server as a process of its own: start it, see when it is ready, read its memory and its processor time."""

import asyncio
import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BIDA = (sys.executable, "-m", "bot")
NOTHING = (sys.executable, "-m", "bench.nothing")
SERVE = (sys.executable, "-m", "bench.serve")


@dataclass(slots=True)
class Running:
    """A server. Start-up times in seconds from the start of the process."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    healthy_after: float = 0.0
    ready_after: float = 0.0

    def cpu(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self) -> float:
        """Resident memory now, in MB (10⁶ bytes)."""
        return self._status("VmRSS")

    def peak(self) -> float:
        """The most it ever had."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        return 0.0


@contextlib.asynccontextmanager
async def running(
    command: Sequence[str], environ: Mapping[str, str], port: int, log: Path, *, ready: str = "/readyz"
) -> AsyncIterator[Running]:
    """Start a server and wait until it is ready; stop it with SIGTERM. The loop goes on: it serves the simulators."""
    own = {**_base(), **environ, "BIDA_PORT": str(port), "BIDA_HOST": "127.0.0.1"}
    began = time.perf_counter()
    process = _start(command, own, log)
    server = Running(process, port, log)
    try:
        server.healthy_after = await asyncio.to_thread(_until, server, "/healthz", began)
        server.ready_after = await asyncio.to_thread(_until, server, ready, began)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_bida(environ: Mapping[str, str], *arguments: str) -> float:
    """One command to its end; returns its seconds."""
    began = time.perf_counter()
    done = ask_bida(environ, *arguments)
    if done.returncode:
        raise SystemExit(f"bida {' '.join(arguments)} failed: {done.stderr.decode()[-2000:]}")
    return time.perf_counter() - began


def ask_bida(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One command to its end, however it ends."""
    return subprocess.run([*BIDA, *arguments], env={**_base(), **environ}, capture_output=True, timeout=120)


def _start(command: Sequence[str], environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen([*command], env=environ, stdout=out, stderr=out)


def _base() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "PGHOST", "PGUSER", "PGPASSWORD")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _until(server: Running, path: str, began: float, limit: float = 30.0) -> float:
    while time.perf_counter() - began < limit:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(OSError, http.client.HTTPException):
            asking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
            asking.request("GET", path)
            status = asking.getresponse().status
            asking.close()
            if status == 200:
                return time.perf_counter() - began
        time.sleep(0.01)
    raise SystemExit(f"the server did not come up:\n{server.log.read_text()[-3000:]}")
