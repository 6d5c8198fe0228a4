"""What corrections mean for applications: which are held by one, and which are stopped for good."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.models import Application, Draft

_Kind, _Outcome = CorrectionStep.Kind, CorrectionStep.Outcome
OVER = (_Kind.APPROVED, _Kind.WITHDRAWN)
"""The steps that end a correction."""


def open_corrections() -> QuerySet[Correction]:
    """Return the corrections that nobody has ended."""
    return Correction.objects.exclude(pk__in=CorrectionStep.objects.filter(kind__in=OVER).values("correction"))


def held(applications: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of some applications to which nothing is awarded: a correction is open, or the person has died."""
    found = open_corrections().filter(application__in=applications).values_list("application_id", flat=True)
    return set(found) | set(died().filter(correction__application__in=applications))


def is_held(application: Application) -> bool:
    """Say whether nothing is awarded to an application: a correction of it is open, or the person has died."""
    return bool(held([application.pk]))


def died() -> QuerySet[CorrectionStep, uuid.UUID]:
    """Return the ids of the applications whose person has died, as two of the staff last found."""
    found = CorrectionStep.objects.filter(kind=_Kind.APPROVED, outcome__in=[_Outcome.DIED, _Outcome.ALIVE])
    later = found.filter(correction__application=OuterRef("correction__application"), pk__gt=OuterRef("pk"))
    last = found.filter(~Exists(later), outcome=_Outcome.DIED)
    return last.values_list("correction__application_id", flat=True)


def mislinked() -> QuerySet[CorrectionStep, uuid.UUID]:
    """Return the ids of the applications that two of the staff found to be another person's."""
    confirmed = CorrectionStep.objects.filter(kind=_Kind.APPROVED, outcome=_Outcome.MISLINK)
    return confirmed.values_list("correction__application_id", flat=True)


def frees_person(draft: Draft) -> Application | None:
    """Return the mislink that frees the person of a draft to choose afresh; None: nothing does, or it was used."""
    own = Application.objects.filter(resident=draft.resident_id, incentive=draft.incentive, pk__in=mislinked())
    return own.filter(person_freed=None).first()


def frees_account(draft: Draft) -> Application | None:
    """Return the mislink that frees the account of a draft; None: nothing does, or it was used."""
    return with_account_of(draft).filter(pk__in=mislinked(), account_freed=None).first()


def with_account_of(draft: Draft) -> QuerySet[Application]:
    """Return the applications, mislinked ones too, that the account of a draft has served."""
    same = Q(account_key=draft.account_key) | Q(account_reference=draft.account_reference)
    return Application.objects.filter(same, payment_service=draft.payment_service_id, incentive=draft.incentive)
