"""A change that was published or dropped stays as it is: the page's history."""

from django.db import migrations

from mynapoint.hub.audit.guards import guard


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0001_initial")]

    operations = [
        guard(
            "page_change_settled",
            table="municipalities_change",
            events=("UPDATE",),
            refuses="OLD.state <> 'draft'",
        ),
    ]
