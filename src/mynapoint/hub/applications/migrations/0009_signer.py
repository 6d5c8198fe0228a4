"""A draft keeps who will sign, as declared: the holder, one of 15 to 17 with consent, or a guardian."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0008_apply_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="signer",
            field=models.CharField(
                choices=[
                    ("holder", "カードの持ち主本人(18歳以上)"),
                    ("with_consent", "カードの持ち主本人(15歳から17歳。法定代理人の同意を得ています)"),
                    ("guardian", "法定代理人(15歳未満のお子さまのカードを使います)"),
                ],
                db_default="holder",
                max_length=12,
            ),
        ),
    ]
