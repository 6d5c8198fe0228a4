"""Movements and waiting lists only grow; a reversal mirrors its origin; a budget's blocks follow its movements."""

from __future__ import annotations

from django.db import migrations

from mynapoint.hub.audit.append_only import append_only
from mynapoint.hub.audit.guards import guard
from mynapoint.hub.books.triggers import movements_change_blocks


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]

    operations = [
        append_only("books_movement", "books_waitingplace", "books_waitingstep"),
        guard(
            "reversal_mirrors",
            table="books_movement",
            events=("INSERT",),
            only="NEW.reverses_id IS NOT NULL",
            refuses="NOT EXISTS (SELECT 1 FROM books_movement AS origin WHERE origin.id = NEW.reverses_id "
            "AND origin.budget_id = NEW.budget_id AND origin.points = NEW.points AND origin.kind <> 'reversed' "
            "AND origin.from_account = NEW.to_account AND origin.to_account = NEW.from_account "
            "AND origin.service_number = NEW.service_number)",
        ),
        movements_change_blocks(),
    ]
