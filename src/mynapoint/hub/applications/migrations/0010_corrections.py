"""Corrections and their steps, append-only; a confirmed mislink frees its person and account, each once."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import guard

_SQLITE_BEFORE = (
    "DROP TRIGGER IF EXISTS notice_moves_reservation_insert",
    "DROP TRIGGER IF EXISTS stop_releases_reservation_insert",
)
"""SQLite makes the table anew, and renames none that a trigger names; ledger 0007 puts them back."""
_CONFIRMED = (
    "EXISTS (SELECT 1 FROM applications_application AS freed "
    "JOIN applications_correction AS claim ON claim.application_id = freed.id "
    "JOIN applications_correctionstep AS step ON step.correction_id = claim.id "
    "WHERE freed.id = NEW.{column} AND freed.incentive = NEW.incentive AND {same} "
    "AND step.kind = 'approved' AND step.outcome = 'mislink')"
)
_SAME_PERSON = _CONFIRMED.format(column="person_freed_by_id", same="freed.resident_id = NEW.resident_id")
_SAME_ACCOUNT = _CONFIRMED.format(
    column="account_freed_by_id",
    same="freed.payment_service_id = NEW.payment_service_id AND (freed.account_key = NEW.account_key "
    "OR freed.account_reference = NEW.account_reference)",
)


def take_triggers_away(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        for statement in _SQLITE_BEFORE:
            editor.execute(statement, params=None)


def append_only_again(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        append_only("applications_application").code(apps, editor)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0009_signer"),
        ("audit", "0008_staff_and_counter"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(take_triggers_away, migrations.RunPython.noop),
        migrations.RemoveConstraint("application", "application_once_per_resident"),
        migrations.RemoveConstraint("application", "application_once_per_account"),
        migrations.RemoveConstraint("application", "application_once_per_reference"),
        migrations.AddField(
            "application",
            "person_freed_by",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="person_freed",
                to="applications.application",
            ),
        ),
        migrations.AddField(
            "application",
            "account_freed_by",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account_freed",
                to="applications.application",
            ),
        ),
        migrations.AddConstraint(
            "application",
            models.UniqueConstraint(
                condition=models.Q(("person_freed_by__isnull", True)),
                fields=("resident", "incentive"),
                name="application_once_per_resident",
            ),
        ),
        migrations.AddConstraint(
            "application",
            models.UniqueConstraint(
                condition=models.Q(("account_freed_by__isnull", True)),
                fields=("payment_service", "account_key", "incentive"),
                name="application_once_per_account",
            ),
        ),
        migrations.AddConstraint(
            "application",
            models.UniqueConstraint(
                condition=models.Q(("account_freed_by__isnull", True)),
                fields=("payment_service", "account_reference", "incentive"),
                name="application_once_per_reference",
            ),
        ),
        migrations.RunPython(append_only_again, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("municipality", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=400)),
                ("due_on", models.DateField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="applications.application",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.resident",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CorrectionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "申し出を受け付けました"),
                            ("evidence", "確認の資料を記録しました"),
                            ("proposed", "1人目が結論を出しました"),
                            ("sent_back", "2人目が差し戻しました"),
                            ("approved", "2人目が結論を承認しました"),
                            ("withdrawn", "申し出が取り下げられました"),
                        ],
                        max_length=10,
                    ),
                ),
                ("who", models.CharField(max_length=80)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("mislink", "別の人に結び付いていました"), ("not_mislink", "ご本人の申込でした")],
                        max_length=12,
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resident", "本人の申し立て"),
                            ("card", "カードでの本人確認"),
                            ("visit", "窓口の来訪の記録"),
                            ("provider", "決済事業者の回答"),
                            ("other", "そのほかの資料"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=80)),
                ("done_at", models.DateTimeField()),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="applications.correction",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffaccount",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("correction", "number"), name="correction_step_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ["approved", "withdrawn"])),
                        fields=("correction",),
                        name="correction_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(kind="approved")
                        | (
                            models.Q(staff__isnull=False, first__isnull=False)
                            & ~models.Q(staff=models.F("first"))
                            & ~models.Q(outcome="")
                        ),
                        name="correction_by_two",
                    ),
                ],
            },
        ),
        append_only("applications_correction", "applications_correctionstep"),
        guard(
            "freed_by_mislink",
            table="applications_application",
            events=("INSERT",),
            only="NEW.person_freed_by_id IS NOT NULL OR NEW.account_freed_by_id IS NOT NULL",
            refuses=f"(NEW.person_freed_by_id IS NOT NULL AND NOT {_SAME_PERSON}) "
            f"OR (NEW.account_freed_by_id IS NOT NULL AND NOT {_SAME_ACCOUNT})",
        ),
        guard(
            "correction_is_over",
            table="applications_correctionstep",
            events=("INSERT",),
            refuses="EXISTS (SELECT 1 FROM applications_correctionstep AS ending "
            "WHERE ending.correction_id = NEW.correction_id AND ending.kind IN ('approved', 'withdrawn')) "
            "OR NEW.number <> (SELECT count(*) FROM applications_correctionstep AS earlier "
            "WHERE earlier.correction_id = NEW.correction_id)",
        ),
    ]
