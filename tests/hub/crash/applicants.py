"""Machines that apply at a served hub, and what they were told: a ledger outside the hub, on disk at once."""

from __future__ import annotations

import os
import queue
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from hub.applications.machines import Choice
from hub.crash.served_hub import ServedHub
from mynapoint.hub.applications import resident_door
from mynapoint.hub.applications.models import Application, Consent, KeptAnswer, Notice, StandingApplication
from mynapoint.hub.audit.models import Act, AuditRecord

AT_ONCE = 24
TRIES = 400


@dataclass
class Applicants:
    """Many machines at once; ``acknowledged`` holds, by its key, each application that one of them was told of."""

    hub: ServedHub
    ledger: Path
    choices: list[Choice]
    acknowledged: dict[str, str] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left: queue.SimpleQueue[Choice] = queue.SimpleQueue()
        for choice in self.choices:
            self._left.put(choice)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._apply) for _ in range(AT_ONCE)]

    def start(self) -> None:
        self._file = self.ledger.open("a")
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Return when so many more have been answered, or everybody has."""
        until, end = len(self.acknowledged) + more, time.monotonic() + 60
        while len(self.acknowledged) < until and any(one.is_alive() for one in self._threads):
            assert time.monotonic() < end, "nobody is answered any more"
            time.sleep(0.01)

    def join(self) -> None:
        """Let everybody be answered, and return."""
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "somebody was never answered"
        self._file.close()

    def _apply(self) -> None:
        try:
            with httpx.Client(base_url=self.hub.url, timeout=10) as client:
                while True:
                    self._until_answered(client, self._left.get_nowait())
        except queue.Empty:
            return
        except BaseException as error:  # noqa: BLE001 - judged by the test
            self.errors.append(error)

    def _until_answered(self, client: httpx.Client, choice: Choice) -> None:
        key, body = secrets.token_urlsafe(16), {"nonce": choice.nonce, "token": choice.credential.serial}
        for _ in range(TRIES):
            try:
                told = client.post(resident_door.PATH, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if told.status_code in {409, 503}:
                time.sleep(0.1)
                continue
            assert told.status_code == 201, told.text
            with self._lock:
                self.acknowledged[key] = told.json()["application_id"]
                self._file.write(f"{key} {told.json()['application_id']}\n")
                self._file.flush()
                os.fsync(self._file.fileno())
            return
        raise AssertionError("an application was never answered")


def lost(lines: list[str]) -> set[str]:
    """Return of the acknowledged, ``key application`` each, those of which the hub no longer knows the same."""
    known = {str(one) for one in Application.objects.values_list("pk", flat=True)}
    answers = dict(KeptAnswer.objects.values_list("key", "answer"))
    pairs = [line.split() for line in lines]
    return {key for key, application in pairs if application not in known or application not in answers.get(key, "")}


def halves() -> list[str]:
    """Return every kind of row of which there are not as many as there are applications."""
    applications = Application.objects.count()
    counts = {
        "kept answers": KeptAnswer.objects.filter(is_refusal=False).count(),
        "standing": StandingApplication.objects.count(),
        "consents": Consent.objects.count(),
        "notices": Notice.objects.filter(kind="application").count(),
        "records": AuditRecord.objects.filter(act=Act.APPLIED).count(),
    }
    return [f"{count} {name} of {applications} applications" for name, count in counts.items() if count != applications]
