"""The rival: the same step as FastAPI and the SQLAlchemy ORM are usually written for it, on the hub's own tables.

``uvicorn hub_jobs.rival:app``. It reads the same rows, checks the certificate and the card's signature with
``cryptography`` (less of a certificate than the hub does), writes the same rows in one transaction, keeps the answer.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import DeclarativeBase

from hub_jobs.clock import NOW

_URL = os.environ["RIVAL_DATABASE"]
_ROOTS = [x509.load_pem_x509_certificate(path.read_bytes()) for path in Path(os.environ["RIVAL_TRUST"]).glob("*.pem")]
_LIST = [x509.load_der_x509_crl(path.read_bytes()) for path in Path(os.environ["RIVAL_TRUST"]).glob("*.crl")]


class Base(DeferredReflection, DeclarativeBase):
    """Every table, its columns read from the database."""

    __abstract__ = True


class KeptAnswer(Base):
    """A row of ``applications_keptanswer``."""

    __tablename__ = "applications_keptanswer"


class Challenge(Base):
    """A row of ``identity_challenge``."""

    __tablename__ = "identity_challenge"


class Resident(Base):
    """A row of ``identity_resident``."""

    __tablename__ = "identity_resident"


class Credential(Base):
    """A row of ``identity_credential``."""

    __tablename__ = "identity_credential"


class Reservation(Base):
    """A row of ``reservations_reservation``."""

    __tablename__ = "reservations_reservation"


class Draft(Base):
    """A row of ``applications_draft``."""

    __tablename__ = "applications_draft"


class PaymentService(Base):
    """A row of ``payment_services_paymentservice``."""

    __tablename__ = "payment_services_paymentservice"


class Participation(Base):
    """A row of ``payment_services_participation``."""

    __tablename__ = "payment_services_participation"


class Channel(Base):
    """A row of ``payment_services_channel``."""

    __tablename__ = "payment_services_channel"


class Application(Base):
    """A row of ``applications_application``."""

    __tablename__ = "applications_application"


class StandingApplication(Base):
    """A row of ``applications_standingapplication``."""

    __tablename__ = "applications_standingapplication"


class Consent(Base):
    """A row of ``applications_consent``."""

    __tablename__ = "applications_consent"


class Notice(Base):
    """A row of ``applications_notice``."""

    __tablename__ = "applications_notice"


class AuditRecord(Base):
    """A row of ``audit_auditrecord``."""

    __tablename__ = "audit_auditrecord"


_reader = sa.create_engine(_URL.replace("+asyncpg", "+psycopg"))
Base.prepare(_reader)
_reader.dispose()
# Compiling what asyncpg asks about types takes half a second for each connection; with it off the rival is at its best.
_engine = create_async_engine(_URL, pool_size=8, max_overflow=0, connect_args={"server_settings": {"jit": "off"}})
_sessions = async_sessionmaker(_engine, expire_on_commit=False)
app = FastAPI()


class Asked(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")
    nonce: str
    token: str


class Told(BaseModel):
    """What is told."""

    application_id: uuid.UUID
    applied_at: datetime
    effective_from: datetime
    expected_awards: list[dict[str, str]]


async def session() -> AsyncIterator[AsyncSession]:
    """Yield the request's own session."""
    async with _sessions() as opened:
        yield opened


@app.get("/healthz")
async def healthz() -> str:
    """Say that it serves."""
    return "ok"


@app.post("/api/resident/v1/applications", status_code=201)
async def apply(
    asked: Asked, idempotency_key: Annotated[str, Header()], db: Annotated[AsyncSession, Depends(session)]
) -> Told:
    """Apply, once for a key."""
    digest = sha256(f"{asked.nonce}\0{asked.token}".encode()).hexdigest()
    kept: Any = await db.get(KeptAnswer, idempotency_key)
    if kept is not None:
        if kept.asked != digest:
            raise HTTPException(422, "other content")
        return Told.model_validate_json(kept.answer)
    put = await _one(db, Challenge, nonce=asked.nonce)
    draft: Any = await db.get(Draft, uuid.UUID(put.subject))
    if draft is None:
        raise HTTPException(422, "draft_replaced")
    certificate, signature = _checked(asked.token, put)
    resident: Any = await db.get(Resident, draft.resident_id, with_for_update={"key_share": True})
    issuer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier or b""
    serial = f"{certificate.serial_number:x}"
    credential = await _one(db, Credential, issuer_key_id=issuer.hex(), serial=serial)
    reservation = await _one(db, Reservation, resident_id=resident.id)
    await _judge(db, draft, resident, credential)
    application = uuid.uuid4()
    told = Told(
        application_id=application,
        applied_at=NOW,
        effective_from=NOW,
        expected_awards=[{"use": "in_month", "month": "2022-07", "expected_on": "2022-08-31"}],
    )
    db.add(
        KeptAnswer(key=idempotency_key, asked=digest, is_refusal=False, answer=told.model_dump_json(), answered_at=NOW)
    )
    await _write(db, draft, put, credential, reservation, application, signature)
    await db.commit()
    return told


async def _one(db: AsyncSession, kind: Any, **wanted: Any) -> Any:
    found = (await db.scalars(sa.select(kind).filter_by(**wanted))).one_or_none()
    if found is None:
        raise HTTPException(422, f"no {kind.__name__}")
    return found


async def _judge(db: AsyncSession, draft: Any, resident: Any, credential: Any) -> None:
    service: Any = await db.get(PaymentService, draft.payment_service_id)
    joined = (
        await db.scalars(
            sa.select(Participation).filter_by(service_id=service.id, incentive=draft.incentive)  # type: ignore[arg-type]
        )
    ).all()
    ways = (await db.scalars(sa.select(Channel).filter_by(service_id=service.id, kind="web"))).all()  # type: ignore[arg-type]
    standing = (
        await db.scalars(sa.select(StandingApplication).filter_by(resident_id=resident.id, incentive=draft.incentive))
    ).first()
    on = NOW.date()
    is_open = any(one.joined_on <= on and (not one.left_on or on <= one.left_on) for one in joined) and any(
        one.first_day <= on and (not one.last_day or on <= one.last_day) for one in ways
    )
    if standing or resident.merged_into_id or service.state != "approved" or not is_open:
        raise HTTPException(422, "refused")
    if credential.resident_id != resident.id or not credential.valid_from <= NOW <= credential.valid_until:
        raise HTTPException(422, "refused")


async def _write(
    db: AsyncSession, draft: Any, put: Any, credential: Any, reservation: Any, application: uuid.UUID, signature: bytes
) -> None:
    columns = ("incentive", "round_id", "counts", "account_key", "account_reference", "masked_account", "masked_holder")
    chosen = {name: getattr(draft, name) for name in (*columns, "proof", "resident_id", "payment_service_id")}
    db.add(Application(id=application, reservation_id=reservation.id, applied_at=NOW, **chosen))
    await db.flush()
    db.add_all(
        [
            StandingApplication(resident_id=draft.resident_id, incentive=draft.incentive, application_id=application),
            Consent(
                application_id=application,
                statement=put.statement,
                origin=put.origin,
                nonce=put.nonce,
                signature=signature,
                credential_id=credential.id,
                signed_at=NOW,
            ),
            Notice(
                payment_service_id=draft.payment_service_id,
                kind="application",
                application_id=application,
                room=5000,
                points=0,
                created_at=NOW,
            ),
            AuditRecord(
                act="applied",
                who=f"resident:{draft.resident_id}",
                subject=f"application:{application}",
                details={"incentive": draft.incentive, "fingerprint": credential.fingerprint},
                done_at=NOW,
                recorded_at=datetime.now(UTC),
            ),
        ]
    )
    await db.delete(draft)
    await db.delete(put)


def _checked(token: str, put: Any) -> tuple[x509.Certificate, bytes]:
    members = json.loads(token)
    certificate = x509.load_der_x509_certificate(base64.b64decode(members["certificate"]))
    signature = base64.b64decode(members["signature"])
    names = (put.origin, put.nonce, put.statement)
    message = b"mynapoint-card-auth:v1\0" + b"".join(sha256(one.encode()).digest() for one in names)
    if not certificate.not_valid_before_utc <= NOW <= certificate.not_valid_after_utc:
        raise HTTPException(422, "expired")
    wanted = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    for root in _ROOTS:
        own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        if own == wanted:
            certificate.verify_directly_issued_by(root)
    if any(one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in _LIST):
        raise HTTPException(422, "revoked")
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    return certificate, signature
