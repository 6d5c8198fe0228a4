"""What is a provider's own: every page of the area asks here, and what is another's is not there (404)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from mynapoint.hub.ledger.models import AwardReport, RefusedReport
from mynapoint.hub.payment_services.models import PaymentService, Provider, ProviderKey
from mynapoint.hub.staff.access import StaffRequest


def own_provider(request: StaffRequest) -> Provider:
    """Return the provider somebody works for."""
    return get_object_or_404(Provider, slug=request.staff.provider)


def own_services(request: StaffRequest) -> QuerySet[PaymentService]:
    """Return the provider's payment services, of every state."""
    return PaymentService.objects.filter(provider__slug=request.staff.provider).order_by("number")


def own_service(request: StaffRequest, number: str) -> PaymentService:
    """Return one of them."""
    return get_object_or_404(own_services(request).select_related("provider"), number=number)


def own_keys(request: StaffRequest) -> QuerySet[ProviderKey]:
    """Return the keys the provider's requests may be signed with, the newest first."""
    return ProviderKey.objects.filter(provider__slug=request.staff.provider).order_by("-valid_from", "key_id")


def own_reports(request: StaffRequest) -> QuerySet[AwardReport]:
    """Return the award reports of the provider's services, the newest first."""
    reports = AwardReport.objects.filter(payment_service__provider__slug=request.staff.provider)
    return reports.select_related("payment_service").order_by("-pk")


def own_refused_reports(request: StaffRequest) -> QuerySet[RefusedReport]:
    """Return the reports of the provider that were refused as a whole, the newest first."""
    refused = RefusedReport.objects.filter(provider__slug=request.staff.provider)
    return refused.select_related("payment_service", "provider").order_by("-pk")
