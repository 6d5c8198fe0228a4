"""A correction may be about a death: how it begins, what is looked at, what is found. Nothing in the database changes."""

from __future__ import annotations

from django.db import migrations, models

_KINDS = [
    ("opened", "申し出を受け付けました"),
    ("death", "亡くなられたかどうかの確認を始めました"),
    ("evidence", "確認の資料を記録しました"),
    ("proposed", "1人目が結論を出しました"),
    ("sent_back", "2人目が差し戻しました"),
    ("approved", "2人目が結論を承認しました"),
    ("withdrawn", "申し出が取り下げられました"),
]
_OUTCOMES = [
    ("mislink", "別の人に結び付いていました"),
    ("not_mislink", "ご本人の申込でした"),
    ("died", "亡くなられていました"),
    ("alive", "ご存命でした"),
]
_EVIDENCE = [
    ("resident", "本人の申し立て"),
    ("card", "カードでの本人確認"),
    ("visit", "窓口の来訪の記録"),
    ("provider", "決済事業者の回答"),
    ("family", "ご家族・ご親族の届け出"),
    ("civil", "住民票の除票・戸籍の記載"),
    ("other", "そのほかの資料"),
]


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_service_left")]

    operations = [
        migrations.AlterField("correctionstep", "kind", models.CharField(choices=_KINDS, max_length=10)),
        migrations.AlterField(
            "correctionstep", "outcome", models.CharField(blank=True, choices=_OUTCOMES, max_length=12)
        ),
        migrations.AlterField(
            "correctionstep", "evidence", models.CharField(blank=True, choices=_EVIDENCE, max_length=10)
        ),
    ]
