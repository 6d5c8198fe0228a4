"""Arrivals that do not wait for answers: applications at a steady rate, timed from when each was to be sent."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from hub_jobs.people import Person

CONNECTIONS = 64
_HEAD = (
    "POST /api/resident/v1/applications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Idempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n"
)


@dataclass(slots=True)
class Arrived:
    """What became of everybody: statuses (0: no answer), milliseconds from the intended instant, seconds in all."""

    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """Return the milliseconds within which that share was answered."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def arrive(people: Sequence[Person], *, port: int, rate: float) -> Arrived:
    """Let people arrive at random, ``rate`` a second on average (Poisson, from a fixed seed), 64 at a time at most."""
    return asyncio.run(_arrive(people, port, rate))


async def _arrive(people: Sequence[Person], port: int, rate: float) -> Arrived:
    arrived, queue, random = Arrived(), asyncio.Queue[tuple[float, Person] | None](), Random(20220715)
    loop = asyncio.get_running_loop()
    sending = [asyncio.create_task(_send(queue, port, arrived)) for _ in range(CONNECTIONS)]
    began = due = loop.time() + 0.5
    for person in people:
        due += random.expovariate(rate)
        await asyncio.sleep(max(0.0, due - loop.time()))
        queue.put_nowait((due, person))
    for _ in sending:
        queue.put_nowait(None)
    await asyncio.gather(*sending)
    arrived.seconds = loop.time() - began
    return arrived


async def _send(queue: asyncio.Queue[tuple[float, Person] | None], port: int, arrived: Arrived) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    while (waiting := await queue.get()) is not None:
        due, person = waiting
        body = person.request
        writer.write(_HEAD.format(key=secrets.token_urlsafe(16), length=len(body)).encode() + body)
        try:
            arrived.statuses[await asyncio.wait_for(_status(reader), 30)] += 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            arrived.statuses[0] += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        arrived.milliseconds.append((loop.time() - due) * 1000)
    writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lengths = [line.partition(":")[2] for line in head.split("\r\n") if line.lower().startswith("content-length:")]
    await reader.readexactly(int(lengths[0]))
    return int(head.split(" ", 2)[1])
