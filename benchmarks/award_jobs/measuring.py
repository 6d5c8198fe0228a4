"""One job in a process of its own: wall clock, CPU, and the peak memory of its whole process tree, from /proc."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

_SAMPLE_SECONDS = 0.02
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_BENCHMARKS = Path(__file__).parents[1]


class JobFailed(Exception):
    """A job's process ended in failure: which, and the last lines it wrote."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn of a job.

    wall_seconds, cpu_seconds  of the job alone: not of starting Python, importing and preparing
    peak_bytes                 the most that all processes of its tree had resident together, Python and all
                               libraries included; pages that processes share count for each of them
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int

    def __str__(self) -> str:
        return f"{self.wall_seconds:.2f} s, CPU {self.cpu_seconds:.2f} s, peak {self.peak_bytes / 1e6:,.0f} MB"


def measure(job: str, data: Path, out: Path, *, memory: str | None = None) -> Measured:
    """Run one job of job.py on the data in a folder, its answer going to another. Raises JobFailed."""
    words = [job, str(data), str(out), *([memory] if memory else [])]
    with TemporaryFile() as said, TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "award_jobs.job", *words], cwd=_BENCHMARKS, stdout=said, stderr=errors
        )
        try:
            peak = watch(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            errors.seek(0)
            tail = errors.read().decode(errors="replace")[-2_000:]
            raise JobFailed(f"{job} on {data} ended with {process.returncode}:\n{tail}")
        said.seek(0)
        answer = json.loads(said.read())
    return Measured(answer["wall_seconds"], answer["cpu_seconds"], max(peak, answer["peak_bytes"]))


def watch(process: subprocess.Popen[bytes]) -> int:
    """Wait until a process ends; return the most bytes that it and all processes below it had resident together."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_resident(pid) for pid in _tree(process.pid)))
        time.sleep(_SAMPLE_SECONDS)
    return peak


def peak_of_this_process() -> int:
    """Return the most that this process has had resident, in bytes."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def cpu_seconds() -> float:
    """Return the CPU this process and those of its children that have ended have used."""
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


@dataclass(frozen=True, slots=True)
class MachineUse:
    """Seconds of CPU since the machine started: ``busy`` of all its processors, ``there`` as many as there were."""

    busy: float
    there: float

    @classmethod
    def now(cls) -> MachineUse:
        """Read it."""
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        hertz = os.sysconf("SC_CLK_TCK")
        idle = ticks[3] + ticks[4]
        return cls((sum(ticks) - idle) / hertz, sum(ticks) / hertz)

    def share_of_others(self, since: MachineUse, own_cpu_seconds: float) -> float:
        """Return which part of the machine others used, 0 to 1."""
        return max(self.busy - since.busy - own_cpu_seconds, 0.0) / max(self.there - since.there, 1e-9)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        with suppress(OSError):
            for task in os.listdir(f"/proc/{one}/task"):
                found += [int(child) for child in Path(f"/proc/{one}/task/{task}/children").read_text().split()]
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):  # it has just ended
        return 0
