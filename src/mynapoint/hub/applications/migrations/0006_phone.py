"""A consent may be answered with the phone; the table stays append-only."""

import django.db.models.deletion
from django.db import migrations, models

from mynapoint.hub.audit.append_only import append_only

# SQLite makes the table anew, and its triggers go with the old one; PostgreSQL changes it under them.
_KEPT = append_only("applications_consent")


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0005_standing_guards"),
        ("identity", "0004_phone"),
    ]

    operations = [
        migrations.RunPython(_KEPT.reverse_code or migrations.RunPython.noop, _KEPT.code),
        migrations.AddField(
            model_name="consent",
            name="oidc_subject",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="identity.oidcsubject",
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="credential",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="identity.credential",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credential", None), ("oidc_subject__isnull", False)),
                    models.Q(("credential__isnull", False), ("oidc_subject", None)),
                    _connector="OR",
                ),
                name="consent_by_card_or_phone",
            ),
        ),
        append_only("applications_consent"),
    ]
