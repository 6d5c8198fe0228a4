"""Triggers that reserve a budget's points with every application, and release what a stopped one leaves.

They hang on the notice, which every way of applying writes in the act's own transaction: no application is without its
reservation, nothing is asked twice, and `applications`, an earlier step, need not know of it.

A migration that makes applications_application, books_budget, books_budgetshare, books_movement or ledger_ledgerentry
anew on SQLite takes these triggers away first and puts them back: SQLite renames no table that a trigger names.
"""

# ruff: noqa: S608 (names of tables, columns and accounts are ours)
from __future__ import annotations

from mynapoint.hub.audit.guards import Statements

_SOURCE = "CASE WHEN budget.is_limited THEN 'budget' ELSE 'funds' END"
_FROM = """
  FROM applications_application AS one
  JOIN books_budgetshare AS share ON share.round_id = one.round_id AND share.incentive = one.incentive
  JOIN books_budget AS budget ON budget.id = share.budget_id
 WHERE one.id = NEW.application_id
"""
_COLUMNS = "budget_id, kind, from_account, to_account, points, application, service_number, voucher, made_at"

_RESERVE = f"""
INSERT INTO books_movement ({_COLUMNS})
SELECT share.budget_id, 'reserved', {_SOURCE}, 'reserved', NEW.room, one.id, '', '', NEW.created_at
{_FROM}
"""
_OWN = """
  FROM applications_application AS one
  JOIN identity_resident AS own ON own.id = one.resident_id
  JOIN identity_resident AS who
    ON who.id = coalesce(own.merged_into_id, own.id) OR who.merged_into_id = coalesce(own.merged_into_id, own.id)
  JOIN books_openplace AS open
    ON open.resident = who.id AND open.round_id = one.round_id AND open.incentive = one.incentive
"""
_OF_NOTICE = "WHERE one.id = NEW.application_id"
"""The places of the person who applies on the waiting list of the incentive, under whichever pseudonym.

From the person to the places, each by a key: it is as much work however many wait and whoever has applied.
"""
_OTHERS_FIRST = f"""
SELECT 1 {_FROM} AND budget.is_limited AND one.person_freed_by_id IS NULL
   AND NOT EXISTS (SELECT 1 {_OWN} {_OF_NOTICE} AND open.offer_until IS NOT NULL)
   AND EXISTS (SELECT 1 FROM books_openplace AS other
                WHERE other.budget_id = budget.id AND other.offer_until IS NULL AND other.number < coalesce(
                    (SELECT min(open.number) {_OWN} {_OF_NOTICE}), 2147483647))
"""
"""Whoever has no turn is not let past those who wait: what comes back to the budget is theirs.

But for whoever chooses afresh, because two of the staff confirmed a mislink or the service left: they had applied.
"""
_GIVE_BACK = f"""
INSERT INTO books_movement ({_COLUMNS})
SELECT held.budget_id, 'released', 'reserved', held.from_account, held.points, open.place_id, '', 'waiting_list',
       NEW.created_at
{_OWN}  JOIN books_movement AS held ON held.application = open.place_id AND held.kind = 'reserved'
 {_OF_NOTICE} AND open.offer_until IS NOT NULL
"""
"""What was held for the turn is free for a moment, and reserved for the application by the next statement."""
_APPLIED = f"""
INSERT INTO books_waitingstep (place_id, kind, done_at)
SELECT open.place_id, 'applied', NEW.created_at {_OWN} {_OF_NOTICE}
"""
_END_PLACES = f"""
DELETE FROM books_openplace WHERE place_id IN (SELECT open.place_id {_OWN} {_OF_NOTICE})
"""
_LEFT = """
(SELECT coalesce(sum(CASE WHEN moved.to_account = 'reserved' THEN moved.points ELSE -moved.points END), 0)
   FROM books_movement AS moved WHERE moved.application = NEW.application_id)
- (SELECT coalesce(sum(entry.points), 0)
     FROM ledger_ledgerentry AS entry WHERE entry.application_id = NEW.application_id)
"""
"""What an application has reserved and was not awarded."""
_IS_OVER = """
NOT EXISTS (SELECT 1 FROM applications_standingapplication AS standing
             WHERE standing.application_id = NEW.application_id)
AND NOT EXISTS (SELECT 1 FROM books_movement AS gone
                 WHERE gone.application = NEW.application_id AND gone.kind = 'released')
"""
"""What still stands is only held, and may resume; what was released once is released."""
_RELEASE = f"""
INSERT INTO books_movement ({_COLUMNS})
SELECT share.budget_id, 'released', 'reserved', {_SOURCE}, {_LEFT}, one.id, '', '', NEW.created_at
{_FROM} AND {_LEFT} > 0 AND {_IS_OVER}
"""
_ON_POSTGRESQL = (
    f"""
CREATE FUNCTION notice_moves_reservation_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A turn that is taken back or given at this moment is waited for: whoever removes the row ends the place.
    PERFORM 1 {_OWN} {_OF_NOTICE} FOR UPDATE OF open;
    IF EXISTS ({_OTHERS_FIRST}) THEN
        RAISE EXCEPTION 'budget_spent' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    {_GIVE_BACK};
    {_APPLIED};
    {_END_PLACES};
    {_RESERVE};
    IF NOT FOUND THEN
        RAISE EXCEPTION 'budget_not_known' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""",
    f"""
CREATE FUNCTION stop_releases_reservation_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_RELEASE};
    RETURN NEW;
END $$
""",
    """
CREATE TRIGGER notice_moves_reservation_insert AFTER INSERT ON applications_notice FOR EACH ROW
WHEN (NEW.kind = 'application' AND NEW.room > 0) EXECUTE FUNCTION notice_moves_reservation_insert()
""",
    """
CREATE TRIGGER stop_releases_reservation_insert AFTER INSERT ON applications_notice FOR EACH ROW
WHEN (NEW.kind = 'stop') EXECUTE FUNCTION stop_releases_reservation_insert()
""",
)
_ON_SQLITE = (
    f"""
CREATE TRIGGER notice_moves_reservation_insert AFTER INSERT ON applications_notice
WHEN NEW.kind = 'application' AND NEW.room > 0
BEGIN
    SELECT RAISE(ABORT, 'budget_spent') WHERE EXISTS ({_OTHERS_FIRST});
    {_GIVE_BACK};
    {_APPLIED};
    {_END_PLACES};
    SELECT RAISE(ABORT, 'budget_not_known') WHERE NOT EXISTS (SELECT 1 {_FROM});
    {_RESERVE};
END
""",
    f"""
CREATE TRIGGER stop_releases_reservation_insert AFTER INSERT ON applications_notice WHEN NEW.kind = 'stop'
BEGIN
    {_RELEASE};
END
""",
)


def notices_move_reservations() -> Statements:
    """Return the migration step that reserves with each application and releases with each stop."""
    names = ("notice_moves_reservation_insert", "stop_releases_reservation_insert")
    on = "applications_notice"
    return Statements(
        _ON_SQLITE,
        _ON_POSTGRESQL,
        undo={
            "sqlite": tuple(f"DROP TRIGGER {name}" for name in names),
            "postgresql": (
                *(f"DROP TRIGGER {name} ON {on}" for name in names),
                *(f"DROP FUNCTION {name}()" for name in names),
            ),
        },
    )
