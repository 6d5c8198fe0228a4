"""Loads in slices: wrk asking for applications, pgbench doing the same writes; each with what the CPU cost."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub_jobs.machine import cpu_seconds
from hub_jobs.people import Person

CONNECTIONS = 64
THREADS = 2


@dataclass(frozen=True, slots=True)
class Slice:
    """What one slice brought: requests done well, others, seconds, and CPU seconds of everything that took part.

    ``turned_away``  of the others, those that were told to come again
    """

    done: int
    failed: int
    seconds: float
    cpu_seconds: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    turned_away: int = 0

    @property
    def rate(self) -> float:
        """Done well a second."""
        return self.done / self.seconds

    @property
    def cpu_each(self) -> float:
        """CPU seconds for each one done well."""
        return self.cpu_seconds / max(self.done, 1)


_SCRIPT = """
local all, number = {}, 0
function setup(thread) number = number + 1; thread:set("name", os.getenv("BODIES") .. number) end
function init(args)
  asks, at, pause = {}, 0, tonumber(os.getenv("PAUSE"))
  if pause then delay = function() return math.random(0, 2 * pause) end end
  for line in io.lines(name) do  -- beforehand: one made when it is sent costs twice as much
    asks[#asks + 1] = wrk.format("POST", "/api/resident/v1/applications",
      {["Content-Type"] = "application/json", ["Idempotency-Key"] = line:sub(1, 22)}, line:sub(24))
  end
end
function request()
  at = at + 1
  if at >= #asks then if pause then at = 1 else wrk.thread:stop() end end
  return asks[at] or asks[#asks]
end
done201, other, away = 0, 0, 0
function response(status)
  if status == 201 then done201 = done201 + 1 else other = other + 1 end
  if status == 503 or status == 429 then away = away + 1 end
end
local threads = {}
local first = setup
function setup(thread) first(thread); threads[#threads + 1] = thread end
function done(summary, latency)
  local good, bad, gone = 0, 0, 0
  for _, thread in ipairs(threads) do
    good, bad, gone = good + thread:get("done201"), bad + thread:get("other"), gone + thread:get("away")
  end
  io.write(string.format("RESULT %d %d %d %d %f %f\\n", good, bad, gone, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def wrk(
    people: Sequence[Person],
    *,
    port: int,
    seconds: float,
    pids: Sequence[int],
    folder: Path,
    connections: int = CONNECTIONS,
    threads: int = THREADS,
    asked_rate: float | None = None,
) -> Slice:
    """Let people apply, each once, 64 at a time, for some seconds or until everybody has.

    ``threads``     of wrk; one costs the least a request, where the asker shares a machine with those it asks
    ``asked_rate``  how many ask a second, whatever they are answered: each connection pauses before it asks again; who
                    was turned away is among those who ask later, with the same key
    """
    script = folder / "apply.lua"
    script.write_text(_SCRIPT)
    for thread in range(threads):
        lines = (secrets.token_urlsafe(16).encode() + b" " + one.request for one in people[thread::threads])
        (folder / f"bodies{thread + 1}").write_bytes(b"\n".join(lines) + b"\n")
    command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds:.0f}s", "--timeout", "10s"]
    command += ["-s", str(script), f"http://127.0.0.1:{port}"]
    environment = os.environ | {"BODIES": str(folder / "bodies")}
    if asked_rate is not None:
        environment["PAUSE"] = str(round(1000 * connections / asked_rate))
    before, own = cpu_seconds(*pids), _children()
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    spent = cpu_seconds(*pids) - before + _children() - own
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)", told.stdout)
    if found is None:
        raise RuntimeError(told.stdout + told.stderr)
    good, bad, away, micros, p50, p99 = found.groups()
    return Slice(int(good), int(bad), int(micros) / 1e6, spent, float(p50), float(p99), int(away))


def pgbench(command: Sequence[str | Path], *, pids: Sequence[int]) -> Slice:
    """Run pgbench, without JIT as the hub's own sessions are; its rate is without the time it takes to connect."""
    before, own = cpu_seconds(*pids), _children()
    began = time.monotonic()
    environment = {**os.environ, "PGOPTIONS": "-c jit=off"}
    told = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment)
    spent, seconds = cpu_seconds(*pids) - before + _children() - own, time.monotonic() - began
    rate = re.search(r"tps = ([\d.]+)", told.stdout)
    count = re.search(r"actually processed: (\d+)", told.stdout)
    if rate is None or count is None:
        raise RuntimeError(told.stdout + told.stderr)
    done = int(count[1])
    return Slice(done, 0, done / float(rate[1]) if done else seconds, spent)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system
