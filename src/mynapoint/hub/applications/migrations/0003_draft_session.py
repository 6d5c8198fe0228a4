"""A draft belongs to the session it was proved in; drafts from before belong to none."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("applications", "0002_append_only")]

    operations: ClassVar = [
        migrations.AddField("draft", "session", models.CharField(default="", max_length=64), preserve_default=False),
    ]
