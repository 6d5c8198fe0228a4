"""What `mynapoint provider claim` says: each claim with its figures, the statement, the lines to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mynapoint.provider.claim_books import Evidence
    from mynapoint.provider.claiming import Claimed, Result

_BECAME = {"due": "not sent", "taken": "taken by the hub", "refused": "NOT TAKEN"}


def claim_words(result: Result) -> str:
    """Return what was claimed as lines for people; the account numbers in them are for this house alone."""
    header = result.statement
    lines = [_claimed(one) for one in result.claims] or ["Nothing is due beyond what was claimed."]
    if result.own_recorded != header.recorded:
        lines.append(
            f"NOTE: these books have {result.own_recorded:,} points recorded, the hub has {header.recorded:,}. What it "
            "corrected belongs into not_due.csv; ask the office about anything else. No more than is due is taken."
        )
    lines.append(
        f"Statement of {header.service_number}: {header.recorded:,} points recorded, {header.claimed:,} claimed, "
        f"{header.paid:,} paid, {header.carried:,} approved and not paid."
    )
    lines += [
        f"  {one.claim_id}  {one.round_id} {one.incentive} {one.month}{' final' if one.final else ''}: {one.points:,} "
        f"points, {one.expired:,} expired, {one.state.value}"
        for one in result.stated
    ]
    if result.evidence:
        lines.append(
            "To be shown to the office, on paper or at a desk, never by this line "
            "(`mynapoint provider explain ACCOUNT` has the uses an award rests on):"
        )
        lines += [f"  {_shown(one)}" for one in result.evidence]
    return "\n".join(lines)


def _claimed(one: Claimed) -> str:
    kind = " final" if one.final else ""
    head = f"{one.round_id} {one.incentive} {one.month}{kind}: {one.points:,} points"
    if one.awarded is not None:
        how = f"{one.awarded:,} awarded - {one.expired:,} expired - {one.before:,} claimed before"
    else:
        how = "kept by an earlier command"
    name = f" as {one.claim_id}" if one.claim_id else ""
    return f"{head} = {how}; {_BECAME[one.became.value]}{name}{f': {one.why}' if one.why else ''}"


def _shown(one: Evidence) -> str:
    if one.application_id is None or one.points is None:
        return f"{one.line_id} of {one.claim_id}: THESE BOOKS HAVE NO SUCH LINE; tell the office"
    credited = f", credited {one.credited_at.isoformat()}" if one.credited_at else ""
    return (
        f"{one.line_id} of {one.claim_id}: {one.points:,} points for {one.incentive}, account {one.account_id}, "
        f"application {one.application_id}, posted {one.posted_on}{credited}"
    )
