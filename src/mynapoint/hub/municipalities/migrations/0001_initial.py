"""The tables of municipalities."""

import django.db.models.deletion
from django.db import migrations, models

import mynapoint.hub.words


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Municipality",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("code", models.CharField(blank=True, db_default="", max_length=6)),
                ("name", mynapoint.hub.words.WordsField()),
                ("site", models.URLField()),
                (
                    "section",
                    mynapoint.hub.words.WordsField(help_text="The part of the municipality's site the page belongs to"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("support", "予約・申込の支援"), ("pin_reset", "暗証番号の再設定")], max_length=9
                    ),
                ),
                ("place", mynapoint.hub.words.WordsField()),
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followed_by",
                        to="municipalities.counter",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="counter_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20)),
                ("asked_at", models.DateTimeField()),
                ("question", models.TextField(max_length=2000)),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("number",), name="inquiry_number")],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("title", mynapoint.hub.words.WordsField()),
                ("number_label", mynapoint.hub.words.WordsField()),
                ("number", models.CharField(max_length=40)),
                ("breadcrumb", models.JSONField()),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="edition_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("name", mynapoint.hub.words.WordsField()),
                ("concerns", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("address", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                ("phone", models.CharField(max_length=20)),
                ("fax", models.CharField(blank=True, max_length=20)),
                ("opens", models.TimeField(blank=True, null=True)),
                ("closes", models.TimeField(blank=True, null=True)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="department_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CounterHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("days", models.JSONField(help_text="A list out of DAY_KINDS")),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                (
                    "counter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hours", to="municipalities.counter"
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="counterhours_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))), name="counter_hours_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedDays",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("reason", mynapoint.hub.words.WordsField()),
                (
                    "counter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closed_days",
                        to="municipalities.counter",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="closeddays_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edition", "ページの題名と番号"),
                            ("text", "お知らせと案内の文"),
                            ("counter", "窓口と受付時間"),
                            ("closed", "休む日"),
                            ("yearly", "毎年の休み(年末年始など)"),
                            ("bring", "持ち物"),
                            ("question", "よくある質問"),
                            ("department", "担当と連絡先"),
                            ("link", "リンク"),
                        ],
                        max_length=10,
                    ),
                ),
                ("row", models.BigIntegerField(blank=True, null=True)),
                ("ends", models.BooleanField(default=False)),
                ("valid_from", models.DateField()),
                ("fields", models.JSONField(default=dict)),
                ("before", models.JSONField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "下書き"), ("published", "公開済み"), ("dropped", "取りやめ")],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("settled_by", models.CharField(blank=True, max_length=80)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("row__isnull", False), ("state", "draft")),
                        fields=("kind", "row"),
                        name="change_one_draft_a_row",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends", False), ("row__isnull", False), _connector="OR"),
                        name="change_ends_a_row",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("state", "draft")),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="change_settled_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BringItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("support", "予約・申込の支援"), ("pin_reset", "暗証番号の再設定")], max_length=9
                    ),
                ),
                ("words", mynapoint.hub.words.WordsField()),
                ("note", mynapoint.hub.words.WordsField(blank=True, default=mynapoint.hub.words.no_words)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="bringitem_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("programme", "マイナポイントのしくみ"),
                            ("card", "カードと暗証番号"),
                            ("reservation", "予約"),
                            ("application", "申込"),
                            ("points", "ポイントの付与と利用"),
                            ("counter", "窓口での支援"),
                            ("privacy", "個人情報"),
                        ],
                        max_length=11,
                    ),
                ),
                ("question", mynapoint.hub.words.WordsField()),
                ("answer", mynapoint.hub.words.WordsField()),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="question_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fault", "障害"),
                            ("congestion", "混雑"),
                            ("maintenance", "メンテナンス"),
                            ("information", "お知らせ"),
                        ],
                        max_length=11,
                    ),
                ),
                ("words", mynapoint.hub.words.WordsField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("published_by", models.CharField(max_length=80)),
                ("published_at", models.DateTimeField()),
                ("ended_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "ordering": ["-starts_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"),
                        name="status_notice_times",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answered_on", models.DateField()),
                (
                    "easy_to_find",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "はい"), (2, "どちらともいえない"), (3, "いいえ")], null=True
                    ),
                ),
                (
                    "easy_to_understand",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "はい"), (2, "どちらともいえない"), (3, "いいえ")], null=True
                    ),
                ),
                (
                    "useful",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=[(1, "はい"), (2, "どちらともいえない"), (3, "いいえ")], null=True
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("easy_to_find", None), ("easy_to_understand", None), ("useful", None), _negated=True
                        ),
                        name="survey_answer_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Text",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "place",
                    models.CharField(
                        choices=[("notice", "お知らせ"), ("support", "支援の内容"), ("request", "来る前のお願い")],
                        max_length=8,
                    ),
                ),
                ("words", mynapoint.hub.words.WordsField()),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="text_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="YearlyRest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("first", models.CharField(help_text="MM-DD", max_length=5)),
                ("last", models.CharField(help_text="MM-DD", max_length=5)),
                ("reason", mynapoint.hub.words.WordsField()),
                (
                    "counter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="yearly_rests",
                        to="municipalities.counter",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="yearlyrest_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InquiryAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField()),
                ("text", models.TextField(max_length=4000)),
                ("answered_by", models.CharField(max_length=80)),
                ("answered_at", models.DateTimeField()),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("not_wanted", "メールは送りません(返信先がありません)"),
                            ("waiting", "メールはこれから送ります"),
                            ("sent", "メールを送りました"),
                            ("failed", "メールを送れませんでした"),
                        ],
                        max_length=10,
                    ),
                ),
                ("mail_fault", models.CharField(blank=True, max_length=60)),
                ("mail_tried_at", models.DateTimeField(blank=True, null=True)),
                (
                    "inquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="municipalities.inquiry"
                    ),
                ),
            ],
            options={
                "ordering": ["nth"],
                "constraints": [models.UniqueConstraint(fields=("inquiry", "nth"), name="inquiry_answer_nth")],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("label", mynapoint.hub.words.WordsField()),
                ("url", models.URLField()),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="municipalities.municipality"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="link_days",
                    )
                ],
            },
        ),
    ]
