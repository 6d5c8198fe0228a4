"""The register's history cannot be changed, skipped or faked: append-only, without gaps, and two persons where asked."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import guard
from mynapoint.hub.payment_services.names import sort_key

_CHANGES = "payment_services_registerchange"
_LATEST = f"FROM {_CHANGES} WHERE subject = NEW.subject"
_STATE = f"SELECT state_after FROM {_CHANGES} WHERE subject = NEW.number ORDER BY revision DESC LIMIT 1"  # noqa: S608


def _fill(apps: Any, _editor: Any) -> None:
    for row in apps.get_model("payment_services", "PaymentService").objects.all():
        row.timing = (row.schedule or {}).get("kind", "")
        row.prior = "needed" if row.prior_registration else "none"
        row.sort_key = sort_key(row.kana)
        row.save(update_fields=["timing", "prior", "sort_key"])


class Migration(migrations.Migration):
    dependencies = [("payment_services", "0002_whole_register")]

    operations = [
        migrations.RunPython(_fill, migrations.RunPython.noop),
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
