"""The register of the invented city, and a file of it that a test may spoil."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

import mynapoint.demo
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.payment_services.documents import Document
from mynapoint.hub.payment_services.files import register_now
from mynapoint.hub.payment_services.models import PaymentService

REGISTER = Path(mynapoint.demo.__file__).parent / "data" / "payment_services.toml"


@pytest.fixture
def register(db: None) -> None:
    """The register as the demo imports it."""
    import_register(REGISTER)


@pytest.fixture
def sample_pay(register: None) -> PaymentService:
    return PaymentService.objects.get(number="MP0000001")


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    copy = tmp_path / "payment_services.toml"
    copy.write_bytes(REGISTER.read_bytes())
    return copy


@pytest.fixture
def register_documents(db: None) -> tuple[list[Document], list[Document]]:
    """The documents of the register, which is empty again."""
    with transaction.atomic():
        import_register(REGISTER)
        found = register_now()
        transaction.set_rollback(True)
    return found
