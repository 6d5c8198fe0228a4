"""What the hub needs to start: storage read back from the database, and roots of the right environment only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from mynapoint.hub.identity.checks import check_trust
from mynapoint.hub.identity.trust import trust_store


def hub(command: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `mynapoint hub COMMAND` as an operator does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", "from mynapoint.cli import app; app()", "hub", command],
        env=kept | {"MYNAPOINT_STATE": str(state)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hub_starts_only_with_its_tables_and_durable_storage(tmp_path: Path) -> None:
    before = hub("check", tmp_path)
    assert before.returncode == 1
    assert "run: mynapoint hub migrate" in before.stderr

    migrated = hub("migrate", tmp_path)

    assert migrated.returncode == 0, migrated.stderr
    assert (tmp_path / "keys/hub-1.ed25519").stat().st_mode & 0o777 == 0o600
    assert hub("check", tmp_path).returncode == 0
    assert "removed: 0" in hub("jobs", tmp_path).stdout
    weak = tmp_path / "weak_settings.py"
    for setting, why in (
        (
            '"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"',
            "synchronous is 1",
        ),
        ('"PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"', "journal_mode is delete"),
    ):
        weak.write_text(
            f"from mynapoint.hub.settings import *\nDATABASES['default']['OPTIONS']['init_command'] = {setting}\n"
        )
        refused = hub("serve", tmp_path, PYTHONPATH=str(tmp_path), DJANGO_SETTINGS_MODULE="weak_settings")
        assert refused.returncode == 1
        assert why in refused.stderr


def test_an_emulated_root_stops_a_production_hub(settings: Settings) -> None:
    settings.CARD_ENVIRONMENT = "production"

    with pytest.raises(ImproperlyConfigured, match="emulated root must never lie in the trust folder of production"):
        trust_store()
    assert [message.id for message in check_trust()] == ["identity.E002"]


def test_a_root_without_the_emulations_name_is_refused_in_an_emulation(settings: Settings, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Somebody")])
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    settings.TRUST = tmp_path

    with pytest.raises(ImproperlyConfigured, match="an unknown root must never lie in the trust folder of emulated"):
        trust_store()


def test_a_list_that_no_root_signed_is_refused(city: Path, settings: Settings, tmp_path: Path) -> None:
    trust = Path(shutil.copytree(city / "trust", tmp_path / "trust"))
    for root in trust.glob("auth*.pem"):
        root.unlink()
    settings.TRUST = trust

    with pytest.raises(ImproperlyConfigured, match=r"no root in .* signed this revocation list"):
        trust_store()


def test_an_unknown_environment_is_an_error(settings: Settings) -> None:
    settings.CARD_ENVIRONMENT = "staging"

    assert [message.id for message in check_trust()] == ["identity.E001"]


def test_the_trust_store_notices_a_new_list(own_city: Path, settings: Settings) -> None:
    from mynapoint.card.emulator.issue import revoke_card

    settings.TRUST = own_city / "trust"
    before = sum(len(one.revoked) for one in trust_store().revocation_lists.values())
    from hub import clock

    revoke_card(own_city, "ueno", on=clock.START.date())

    assert sum(len(one.revoked) for one in trust_store().revocation_lists.values()) == before + 1


ASK = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.urls import path
import mynapoint.hub.urls as urls

def broken(request):
    raise RuntimeError("a bug")

urls.urlpatterns.append(path("broken/", broken))
call_command("migrate", verbosity=0)
client = Client(raise_request_exception=False)
print(json.dumps([client.get(path, headers=headers).status_code for path, headers in REQUESTS]))
"""


def asked(requests: list[tuple[str, dict[str, str]]], state: Path, **environment: str) -> tuple[list[int], str]:
    """Send requests to a hub with these settings in a process of its own; return statuses and what it logged."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYNAPOINT_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-c", ASK.replace("REQUESTS", repr(requests))],
        env=kept | {"MYNAPOINT_STATE": str(state), "DJANGO_SETTINGS_MODULE": "mynapoint.hub.settings"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout), done.stderr


def test_behind_a_proxy_that_ends_tls_the_hub_serves_and_plain_http_is_sent_to_https(tmp_path: Path) -> None:
    public = {"host": "points.example"}

    statuses, _ = asked(
        [("/sign-in/", public | {"x-forwarded-proto": "https"}), ("/sign-in/", public)],
        tmp_path,
        MYNAPOINT_ORIGINS="https://points.example",
    )

    assert statuses == [200, 301]


def test_a_forwarded_scheme_means_nothing_to_a_hub_without_tls(tmp_path: Path) -> None:
    statuses, _ = asked([("/sign-in/", {"host": "localhost:8000", "x-forwarded-proto": "https"})], tmp_path)

    assert statuses == [200], "http, so its origin is one of ours"


def test_a_bug_leaves_its_trace_and_a_one_time_name_leaves_none(tmp_path: Path) -> None:
    here = {"host": "localhost:8000"}

    statuses, logged = asked([("/broken/", here), ("/card/continue/one-time-name/", here)], tmp_path)

    assert statuses == [500, 422]
    assert '"type": "builtins.RuntimeError"' in logged
    assert "a bug" not in logged, "an exception's words may be somebody's"
    assert "one-time-name" not in logged


@pytest.mark.parametrize(
    "origins",
    ["https://points.example/", "https://Points.example", "http://points.example", "points.example", ""],
)
def test_an_origin_that_no_browser_would_name_so_is_an_error(origins: str, tmp_path: Path) -> None:
    refused = hub("check", tmp_path, MYNAPOINT_ORIGINS=origins)

    assert refused.returncode == 1
    assert "identity.E003" in refused.stderr, refused.stderr[-600:]


def test_origins_may_be_written_with_blanks(tmp_path: Path) -> None:
    asked_for = hub("check", tmp_path, MYNAPOINT_ORIGINS="https://points.example, https://www.points.example")

    assert "identity.E003" not in asked_for.stderr
