"""A reservation may be answered with the phone: it is by a certificate or by a subject, never by both."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_phone"),
        ("reservations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="reservation",
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
            model_name="reservation",
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
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credential", None), ("oidc_subject__isnull", False)),
                    models.Q(("credential__isnull", False), ("oidc_subject", None)),
                    _connector="OR",
                ),
                name="reservation_by_card_or_phone",
            ),
        ),
    ]
