"""The log that audit records are sealed into, append-only."""

from django.db import migrations, models

from mynapoint.hub.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_register_and_my_key_ids"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveBigIntegerField(unique=True)),
                ("through", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField(max_length=32)),
                ("subtrees", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="SealedRecord",
            fields=[
                ("record", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField(max_length=16, null=True)),
                ("commitment", models.BinaryField(max_length=32)),
            ],
        ),
        append_only("audit_checkpoint", "audit_sealedrecord"),
    ]
