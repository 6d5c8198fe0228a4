"""Reads what is known when a resident has signed, on PostgreSQL: one round trip, by a function of ``apply.sql``."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from mynapoint.award.means import Channel, Days, Service
from mynapoint.exchange.messages import Counts
from mynapoint.hub.applications import cases_by_orm
from mynapoint.hub.applications.cases import Case, Kept, KnownCertificate, Opened, Put
from mynapoint.hub.applications.round_trips import query
from mynapoint.hub.payment_services.life import State
from mynapoint.hub.payment_services.models import SERVICE_STATES, channel_words
from mynapoint.hub.words import PageWords
from mynapoint.programme.values import IncentiveId

_QUERY = "SELECT * FROM mynapoint_case($1::text, $2::text, $3::uuid)"
"""One row for each certificate of the person; one row of nulls where there is nothing. See ``apply.sql``."""


def opened(*, key: str | None = None, nonce: str | None = None, draft: uuid.UUID | None = None) -> Opened:
    """Return what is known by an idempotency key and the nonce of an open question, or by a draft."""
    rows = query(_QUERY, (key, nonce, draft))
    first = rows[0]
    if first[0] is not None:
        return Opened(Kept(*first[:3]))
    put = Put(*first[3:8]) if first[3] is not None else None
    return Opened(put=put, case=_case(first[8:27], rows) if first[8] is not None else None)


def _case(row: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Case:
    draft, session, resident, survivor, incentive, round_id, counts, number, effective, schedule, *rest = row
    name, name_en, state, takes_part, channels, applied_at, _chosen, _chosen_en, reservation = rest
    # Who has applied is hardly ever here again: more is asked about that only then.
    earlier = cases_by_orm.earlier_application(survivor, IncentiveId(incentive)) if applied_at is not None else None
    return Case(
        draft=draft,
        session=session,
        resident=resident,
        survivor=survivor,
        incentive=IncentiveId(incentive),
        round_id=round_id,
        counts=Counts(counts),
        service_number=number,
        offer=_offer(name, name_en, state, takes_part or "", channels or ""),
        effective=effective,
        schedule=json.loads(schedule) or {} if schedule else {},
        earlier=earlier,
        reservation=reservation,
        certificates=tuple(KnownCertificate(*one[27:]) for one in rows if one[27] is not None),
    )


@lru_cache(maxsize=4096)
def _offer(name: str, name_en: str, state: str, takes_part: str, channels: str) -> Service:
    """Return ``PaymentService.offer`` of what the query brought; the same texts are read once."""
    ways = [text.split(" ") for text in channels.split(",") if text]
    return Service(
        label=PageWords(name, name_en),
        state=SERVICE_STATES[State(state)],
        takes_part=[_days(text.split(" ")) for text in takes_part.split(",") if text],
        channels=[Channel(kind, channel_words([kind]), _days(days)) for kind, *days in ways],
    )


def _days(texts: Sequence[str]) -> Days:
    return Days(*(date.fromisoformat(text) for text in texts))
