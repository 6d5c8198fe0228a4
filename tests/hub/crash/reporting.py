"""Providers' load on a served hub, and what they were told: a ledger outside the hub, on disk at once."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hub import clock
from hub.crash.served_hub import ServedHub
from hub.ledger.test_reports_at_once import applied
from hub.sample_pay import NUMBER
from mynapoint.exchange.codec import encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.exchange.signatures import SigningKey
from mynapoint.hub.applications.models import Application
from mynapoint.hub.audit.models import Act, AuditRecord
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry, RecordedTotal
from mynapoint.hub.payment_services.actions import register_provider_key
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from mynapoint.provider.hub_client import HubClient, HubUnreachable

POINTS = 3


@dataclass
class Reporters:
    """Several providers' machines that report without end; ``acknowledged`` holds the report ids that were answered."""

    hub: ServedHub
    ledger: Path
    count: int = 4
    key: SigningKey = field(default_factory=lambda: SigningKey.generate("sample-pay-1"))
    acknowledged: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the key and one application for each reporter into the hub's tables."""
        register_key(self.key)
        self.applications: list[Application] = [applied(f"person{number}") for number in range(self.count)]
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._report, args=(number,)) for number in range(self.count)]

    def start(self) -> None:
        self._file = self.ledger.open("a")
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Return when so many more reports have been answered."""
        until, end = len(self.acknowledged) + more, time.monotonic() + 60
        while len(self.acknowledged) < until and not self.errors and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self) -> None:
        """Let everybody end the report under way, answered, and return."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a report was never answered"
        self._file.close()

    def _report(self, number: int) -> None:
        client = HubClient(
            hub_url=self.hub.url,
            key=self.key,
            service_number=ServiceNumber(NUMBER),
            pause=lambda _: time.sleep(0.1),
        )
        try:
            turn = 0
            while not self._stop.is_set():
                turn += 1
                self._until_answered(client, f"r-{number}-{turn}", number)
        except BaseException as error:  # noqa: BLE001 - judged by the test
            self.errors.append(error)
        finally:
            client.close()

    def _until_answered(self, client: HubClient, report_id: str, number: int) -> None:
        application = self.applications[number]
        body = self._body(report_id, application)
        for _ in range(200):
            try:
                receipt = client.send_report(report_id=report_id, body=body)
            except HubUnreachable:
                continue
            assert receipt.header.accepted == 1, receipt
            with self._lock:
                self.acknowledged.append(report_id)
                self._file.write(report_id + "\n")
                self._file.flush()
                os.fsync(self._file.fileno())
            return
        raise AssertionError(f"{report_id} was never answered")

    def _body(self, report_id: str, application: Application) -> bytes:
        line = AwardLine(report_id, str(application.pk), IncentiveId("card_uptake"), Points(POINTS), date(2022, 7, 15))
        header = AwardReportHeader(report_id, ServiceNumber(NUMBER), clock.START, 1, Points(POINTS))
        return encode_lines([header, line])


def register_key(key: SigningKey) -> None:
    """Put the provider's key into the hub's register."""
    register_provider_key(
        provider="sample-pay",
        key_id=key.key_id,
        public_key=key.public_bytes(),
        valid_from=datetime.now(UTC) - timedelta(hours=1),
    )


def lost(acknowledged: list[str]) -> set[str]:
    """Return the acknowledged reports of which the hub no longer knows anything."""
    return set(acknowledged) - set(AwardReport.objects.values_list("report_id", flat=True))


def contradictions() -> list[str]:
    """Return where the hub's own tables contradict each other: something doubled, or half of an act."""
    reports = Counter(AwardReport.objects.values_list("report_id", flat=True))
    lines = Counter(LedgerEntry.objects.values_list("line_id", flat=True))
    told = Counter(
        record.details["report"] for record in AuditRecord.objects.filter(act=Act.AWARDS_RECORDED).order_by("id")
    )
    sums = Counter[str]()
    for resident, points in LedgerEntry.objects.values_list("application__resident_id", "points"):
        sums[str(resident)] += points
    totals = {str(total.resident_id): total.recorded for total in RecordedTotal.objects.all()}
    found = [] if reports == lines == told else ["reports, lines and audit records are not the same ones, each once"]
    return found + ([] if dict(sums) == totals else [f"entries sum to {dict(sums)}, totals are {totals}"])
