"""Everything the hub holds about one resident, for themselves: as JSON, and in the order it happened as a CSV sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from mynapoint.hub import web
from mynapoint.hub.applications.models import Application, Registration
from mynapoint.hub.applications.permission import incentive_on
from mynapoint.hub.applications.standing import applications_of
from mynapoint.hub.audit.models import AuditRecord
from mynapoint.hub.identity.lineage import everyone
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident, SignedStatement
from mynapoint.hub.ledger.models import LedgerEntry
from mynapoint.hub.payment_services.csv_sheet import neutral
from mynapoint.hub.reservations.actions import reservations_of
from mynapoint.hub.reservations.models import GivenMyKeyId, MyKeyIdStep, Reservation
from mynapoint.programme.values import IncentiveId, tokyo_day

FORMAT = "mynapoint-own-data/1"
_LATER: dict[str, Callable[[Resident], object]] = {}


def also(name: str, part: Callable[[Resident], object]) -> None:
    """Let a later step of the journey add what it holds about a resident; urls.py names them all."""
    _LATER[name] = part


@dataclass(frozen=True, slots=True)
class SignedAct:
    """One statement the resident signed with the card, or consented to with the phone. ``what``: which step it was."""

    what: str
    kept: SignedStatement

    @property
    def at(self) -> datetime:
        """The instant of signing."""
        return self.kept.signed_at

    @property
    def is_by_card(self) -> bool:
        """Whether the card signed; else the phone answered."""
        return self.kept.credential_id is not None


def signed_acts(resident: Resident) -> list[SignedAct]:
    """Return everything a person ever signed here, whichever of their certificates did, the first one first."""
    own = everyone(resident)
    reservations = Reservation.objects.filter(resident__in=own)
    steps = MyKeyIdStep.objects.filter(reservation__resident__in=own)
    acts = [SignedAct(_("予約"), one) for one in reservations]
    acts += [SignedAct(_("マイキーIDの変更") if one.given_id else _("マイキーIDの失効"), one) for one in steps]
    acts += [SignedAct(_("申込"), one.consent) for one in applications_of(resident).select_related("consent")]
    return sorted(acts, key=lambda act: act.at)


def own_data(resident: Resident, *, now: datetime) -> dict[str, Any]:
    """Return all that is kept about a person, as JSON can say it; the reader needs no further explanation of a key.

    Without what would weaken somebody's secrets: no signature keys of the hub, no other person, no account in clear,
    because none is kept.
    """
    own = everyone(resident)
    pseudonyms = [str(one.pk) for one in Resident.objects.filter(pk__in=own)]
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "resident_pseudonyms": pseudonyms,
        "certificates": [_certificate(one) for one in Credential.objects.filter(resident__in=own).order_by("pk")],
        "phones": [_phone(one) for one in OidcSubject.objects.filter(resident__in=own).order_by("pk")],
        "reservations": [_reservation(one) for one in reservations_of(resident)],
        "applications": [_application(one) for one in _applications(resident)],
        "registrations": list(Registration.objects.filter(resident__in=own).values("incentive", "proven_on", "source")),
        "signed_statements": [_signed(one) for one in signed_acts(resident)],
        "acts": list(
            AuditRecord.objects.filter(who__in=[f"resident:{one}" for one in pseudonyms])
            .order_by("id")
            .values("act", "done_at")  # what it was done to may be somebody else
        ),
        **{name: part(resident) for name, part in _LATER.items()},
        "not_held": _("お名前、住所、マイナンバー、口座番号、チャージや買い物の記録は、持っていません。"),
    }


def timeline_csv(resident: Resident) -> str:
    """Return what happened, one row each, for ``utf-8-sig``: RFC 4180, no cell a spreadsheet takes for a formula."""
    columns = [_("日付"), _("できごと"), _("決済サービス"), _("施策"), _("ポイント"), _("内容")]
    rows = (
        [when.isoformat(), *(neutral(one) if isinstance(one, str) else one for one in row)]
        for when, row in sorted(_events(resident), key=lambda event: event[0])
    )
    return web.as_csv(columns, rows)


def _events(resident: Resident) -> Iterator[tuple[date, Sequence[object]]]:
    for act in signed_acts(resident):
        yield tokyo_day(act.at), [act.what, "", "", "", act.kept.statement]
    for application in _applications(resident):
        service, incentive = str(application.payment_service.label), _incentive(application)
        for entry in _entries(application):
            yield entry.posted_on, [_("ポイントの付与"), service, incentive, entry.points, ""]


def _applications(resident: Resident) -> list[Application]:
    return list(applications_of(resident).select_related("payment_service", "reservation"))


def _entries(application: Application) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(application=application).order_by("posted_on", "id"))


def _incentive(application: Application) -> str:
    return str(incentive_on(IncentiveId(application.incentive), tokyo_day(application.applied_at)).label)


def _signed(act: SignedAct) -> dict[str, Any]:
    kept = act.kept
    return {
        "signed_at": kept.signed_at,
        "step": act.what,
        "statement": kept.statement,
        "by_card": act.is_by_card,
        "origin": kept.origin,
        "nonce": kept.nonce,
        "signature": bytes(kept.signature).hex(),
    }


def _certificate(one: Credential) -> dict[str, Any]:
    return {
        "issuer_key_id": one.issuer_key_id,
        "serial": one.serial,
        "fingerprint": one.fingerprint,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "first_seen_at": one.first_seen_at,
        "revocation_known_at": one.revocation_known_at,
    }


def _phone(one: OidcSubject) -> dict[str, Any]:
    return {
        "issuer": one.issuer,
        "subject": one.subject,
        "first_seen_at": one.first_seen_at,
        "unlinked_at": one.unlinked_at,
    }


def _reservation(one: Reservation) -> dict[str, Any]:
    given = GivenMyKeyId.objects.filter(reservation=one).order_by("nth")
    return {
        "my_key_id": one.my_key_id_text,
        "reserved_at": one.reserved_at,
        "my_key_ids_given": list(given.values("text", "nth", "given_at")),
    }


def _application(one: Application) -> dict[str, Any]:
    return {
        "application": str(one.pk),
        "applied_at": one.applied_at,
        "incentive": one.incentive,
        "round": one.round_id,
        "payment_service": one.payment_service.number,
        "payment_service_name": str(one.payment_service.label),
        "counts": one.counts,
        "masked_account": one.masked_account,
        "masked_holder": one.masked_holder,
        "account_reference": one.account_reference,
        "points": [
            {"line": entry.line_id, "points": entry.points, "posted_on": entry.posted_on} for entry in _entries(one)
        ],
    }
