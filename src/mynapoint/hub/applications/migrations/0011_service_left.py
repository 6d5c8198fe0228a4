"""A person is freed by a confirmed mislink, or where the application before stands no more because its service left."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.guards import guard

_CONFIRMED = (
    "EXISTS (SELECT 1 FROM applications_application AS freed "
    "JOIN applications_correction AS claim ON claim.application_id = freed.id "
    "JOIN applications_correctionstep AS step ON step.correction_id = claim.id "
    "WHERE freed.id = NEW.{column} AND freed.incentive = NEW.incentive AND {same} "
    "AND step.kind = 'approved' AND step.outcome = 'mislink')"
)
_PERSON_BY_MISLINK = _CONFIRMED.format(column="person_freed_by_id", same="freed.resident_id = NEW.resident_id")
_ACCOUNT_BY_MISLINK = _CONFIRMED.format(
    column="account_freed_by_id",
    same="freed.payment_service_id = NEW.payment_service_id AND (freed.account_key = NEW.account_key "
    "OR freed.account_reference = NEW.account_reference)",
)
_PERSON_AT_ANOTHER_SERVICE = (
    "EXISTS (SELECT 1 FROM applications_application AS freed "
    "JOIN identity_resident AS who ON who.id = freed.resident_id "
    "WHERE freed.id = NEW.person_freed_by_id AND freed.incentive = NEW.incentive "
    "AND freed.payment_service_id <> NEW.payment_service_id "
    "AND coalesce(who.merged_into_id, who.id) = NEW.resident_id "
    "AND NOT EXISTS (SELECT 1 FROM applications_standingapplication AS standing "
    "WHERE standing.application_id = freed.id))"
)
_ONLY = "NEW.person_freed_by_id IS NOT NULL OR NEW.account_freed_by_id IS NOT NULL"
_TABLE = "applications_application"
_BEFORE = guard(
    "freed_by_mislink",
    table=_TABLE,
    events=("INSERT",),
    only=_ONLY,
    refuses=f"(NEW.person_freed_by_id IS NOT NULL AND NOT {_PERSON_BY_MISLINK}) "
    f"OR (NEW.account_freed_by_id IS NOT NULL AND NOT {_ACCOUNT_BY_MISLINK})",
)


class Migration(migrations.Migration):
    dependencies = [("applications", "0010_corrections"), ("identity", "0006_unlinked_phone")]

    operations = [
        migrations.RunPython(_BEFORE.reverse_code or migrations.RunPython.noop, _BEFORE.code),
        guard(
            "freed",
            table=_TABLE,
            events=("INSERT",),
            only=_ONLY,
            refuses="(NEW.person_freed_by_id IS NOT NULL "
            f"AND NOT {_PERSON_BY_MISLINK} AND NOT {_PERSON_AT_ANOTHER_SERVICE}) "
            f"OR (NEW.account_freed_by_id IS NOT NULL AND NOT {_ACCOUNT_BY_MISLINK})",
        ),
    ]
