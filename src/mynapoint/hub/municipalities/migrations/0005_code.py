"""A municipality has its code (全国地方公共団体コード): by it the office sees counters by prefecture."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0004_department_hours")]

    operations = [
        migrations.AddField("municipality", "code", models.CharField(blank=True, db_default="", max_length=6)),
    ]
