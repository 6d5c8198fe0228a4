"""Triggers of the books: what a movement takes from a limited budget or gives back to it, in the same statement."""

from __future__ import annotations

from mynapoint.hub.audit.guards import Statements

BUDGET_SPENT = "budget_spent"
"""What the database says where a budget has too little left for a movement."""


_ON_SQLITE = """
CREATE TRIGGER movement_in_block_insert AFTER INSERT ON books_movement
WHEN NEW.from_account = 'budget' OR NEW.to_account = 'budget'
BEGIN
    SELECT RAISE(ABORT, 'budget_has_no_limit')
     WHERE NOT EXISTS (SELECT 1 FROM books_budgetblock WHERE budget_id = NEW.budget_id);
    SELECT RAISE(ABORT, 'budget_spent')
     WHERE NEW.from_account = 'budget'
       AND (SELECT sum(points_left) FROM books_budgetblock WHERE budget_id = NEW.budget_id) < NEW.points;
    UPDATE books_budgetblock
       SET points_left = points_left + CASE WHEN NEW.to_account = 'budget' THEN NEW.points ELSE -NEW.points END
     WHERE budget_id = NEW.budget_id;
END
"""
"""SQLite has one writer, and a budget there one block."""

_FUNCTION = """
CREATE FUNCTION movement_in_block_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own integer := pg_backend_pid();
    the_block bigint;
    all_left bigint;
BEGIN
    IF NEW.to_account = 'budget' THEN
        SELECT id INTO the_block FROM books_budgetblock WHERE budget_id = NEW.budget_id
         ORDER BY (number - own) & 31 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            SELECT id INTO the_block FROM books_budgetblock WHERE budget_id = NEW.budget_id
             ORDER BY (number - own) & 31 LIMIT 1;
        END IF;
        UPDATE books_budgetblock SET points_left = points_left + NEW.points WHERE id = the_block;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'budget_has_no_limit' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- Each connection begins at a block of its own, and passes by those that others hold: nobody waits.
    SELECT id INTO the_block FROM books_budgetblock
     WHERE budget_id = NEW.budget_id AND points_left >= NEW.points
     ORDER BY (number - own) & 31 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE books_budgetblock SET points_left = points_left - NEW.points WHERE id = the_block;
        RETURN NEW;
    END IF;
    -- None is free, or none alone has enough. What is committed is too little: refused, and nobody is waited for.
    SELECT coalesce(sum(points_left), 0) INTO all_left FROM books_budgetblock WHERE budget_id = NEW.budget_id;
    IF all_left < NEW.points THEN
        RAISE EXCEPTION 'budget_spent' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Plenty in a block: whoever holds it cannot empty it, so it is waited for alone.
    SELECT id INTO the_block FROM books_budgetblock
     WHERE budget_id = NEW.budget_id AND points_left >= 1000 * NEW.points ORDER BY (number - own) & 31 LIMIT 1;
    IF FOUND THEN
        UPDATE books_budgetblock SET points_left = points_left - NEW.points
         WHERE id = the_block AND points_left >= NEW.points;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    -- The last points: one at a time gathers what the blocks have left, so nobody is refused while it is enough.
    PERFORM pg_advisory_xact_lock(hashtext('books_budgetblock'), NEW.budget_id::integer);
    PERFORM 1 FROM books_budgetblock WHERE budget_id = NEW.budget_id ORDER BY id FOR NO KEY UPDATE;
    SELECT sum(points_left), min(id) INTO all_left, the_block FROM books_budgetblock WHERE budget_id = NEW.budget_id;
    IF all_left < NEW.points THEN
        RAISE EXCEPTION 'budget_spent' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE books_budgetblock SET points_left = CASE WHEN id = the_block THEN all_left - NEW.points ELSE 0 END
     WHERE budget_id = NEW.budget_id AND (points_left > 0 OR id = the_block);
    RETURN NEW;
END $$
"""

_ON_POSTGRESQL = """
CREATE TRIGGER movement_in_block_insert AFTER INSERT ON books_movement FOR EACH ROW
WHEN (NEW.from_account = 'budget' OR NEW.to_account = 'budget') EXECUTE FUNCTION movement_in_block_insert()
"""


def movements_change_blocks() -> Statements:
    """Return the migration step that ties the blocks of a budget to the movements of its account."""
    return Statements(
        (_ON_SQLITE,),
        (_FUNCTION, _ON_POSTGRESQL),
        undo={
            "sqlite": ("DROP TRIGGER movement_in_block_insert",),
            "postgresql": (
                "DROP TRIGGER movement_in_block_insert ON books_movement",
                "DROP FUNCTION movement_in_block_insert()",
            ),
        },
    )
