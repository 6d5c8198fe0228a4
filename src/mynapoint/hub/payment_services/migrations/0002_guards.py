"""The register's history cannot be changed, skipped or faked: append-only, without gaps, and two persons where asked."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import guard

_CHANGES = "payment_services_registerchange"
_LATEST = f"FROM {_CHANGES} WHERE subject = NEW.subject"
_STATE = f"SELECT state_after FROM {_CHANGES} WHERE subject = NEW.number ORDER BY revision DESC LIMIT 1"  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("payment_services", "0001_initial")]

    operations = [
        append_only(_CHANGES),
        guard(
            "register_history",
            table=_CHANGES,
            events=("INSERT",),
            refuses=(
                f"NEW.revision <> 1 + COALESCE((SELECT MAX(revision) {_LATEST}), 0) "
                f"OR NEW.state_before <> COALESCE((SELECT state_after {_LATEST} ORDER BY revision DESC LIMIT 1), '') "
                f"OR NEW.made_at < COALESCE((SELECT MAX(made_at) {_LATEST}), NEW.made_at) "
                "OR (NEW.step IN ('approve', 'resume', 'withdraw') AND NEW.made_by = "
                f"(SELECT made_by {_LATEST} AND step <> 'change' ORDER BY revision DESC LIMIT 1))"
            ),
        ),
        guard(
            "register_state_has_history",
            table="payment_services_paymentservice",
            events=("INSERT", "UPDATE"),
            refuses=f"NEW.state <> COALESCE(({_STATE}), CASE WHEN NEW.state = 'draft' THEN 'draft' ELSE '' END)",
        ),
    ]
