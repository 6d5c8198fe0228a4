"""Settlement can only be added to; a claim's steps come in turn and by two people; a return mirrors its transfer."""

# ruff: noqa: S608 (states are ours)
from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import guard

_WAYS = (
    *("submitted>checked", "submitted>refused", "checked>approved", "checked>refused", "approved>paid"),
    *("paid>returned", "paid>closed", "returned>paid"),
)
_BEFORE = (
    "SELECT 1 FROM settlement_claimstep AS one WHERE one.claim_id = NEW.claim_id AND one.number = NEW.number - 1 "
    f"AND one.state || '>' || NEW.state IN ({', '.join(map(repr, _WAYS))})"
)


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial")]

    operations = [
        append_only(
            *("settlement_bankaccount", "settlement_bankaccountconfirmed", "settlement_claim", "settlement_claimstep"),
            *("settlement_draw", "settlement_drawnline", "settlement_linefinding", "settlement_payment"),
            *("settlement_transfer", "settlement_transferfile"),
        ),
        guard(
            "claim_step_in_turn",
            table="settlement_claimstep",
            events=("INSERT",),
            refuses=f"NOT (NEW.number = 1 AND NEW.state = 'submitted') AND NOT EXISTS ({_BEFORE})",
        ),
        guard(
            "claim_step_by_two",
            table="settlement_claimstep",
            events=("INSERT",),
            only="NEW.state = 'approved'",
            refuses="EXISTS (SELECT 1 FROM settlement_claimstep AS one WHERE one.claim_id = NEW.claim_id "
            "AND one.state = 'checked' AND one.staff_id = NEW.staff_id)",
        ),
        guard(
            "bank_account_by_two",
            table="settlement_bankaccountconfirmed",
            events=("INSERT",),
            refuses="EXISTS (SELECT 1 FROM settlement_bankaccount AS one WHERE one.id = NEW.account_id "
            "AND one.entered_by_id = NEW.confirmed_by_id)",
        ),
        guard(
            "return_mirrors_transfer",
            table="settlement_payment",
            events=("INSERT",),
            only="NEW.returns_id IS NOT NULL",
            refuses="NOT EXISTS (SELECT 1 FROM settlement_payment AS one WHERE one.id = NEW.returns_id "
            "AND one.payment_service_id = NEW.payment_service_id AND one.points = -NEW.points AND one.points > 0)",
        ),
    ]
