"""What corrections mean for applications: which are held while one is open, and which are stopped for good by one."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet

from mynapoint.hub.applications.correction_models import Correction, CorrectionStep
from mynapoint.hub.applications.models import Application, Draft

OVER = (CorrectionStep.Kind.APPROVED, CorrectionStep.Kind.WITHDRAWN)
"""The steps that end a correction."""


def open_corrections() -> QuerySet[Correction]:
    """Return the corrections that nobody has ended."""
    return Correction.objects.exclude(pk__in=CorrectionStep.objects.filter(kind__in=OVER).values("correction"))


def held(applications: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of some applications about which a correction is open: nothing is awarded to them meanwhile."""
    return set(open_corrections().filter(application__in=applications).values_list("application_id", flat=True))


def is_held(application: Application) -> bool:
    """Say whether a correction of an application is open."""
    return bool(held([application.pk]))


def mislinked() -> QuerySet[CorrectionStep, uuid.UUID]:
    """Return the ids of the applications that two of the staff found to be another person's."""
    confirmed = CorrectionStep.objects.filter(kind=CorrectionStep.Kind.APPROVED, outcome=CorrectionStep.Outcome.MISLINK)
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
