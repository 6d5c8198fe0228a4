"""Revocation lists: which are believed, how they come into force, and what a million entries cost."""

from __future__ import annotations

import threading
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from typer.testing import CliRunner

from hub.identity.judged import World, trust_of
from mynapoint.cli import app
from mynapoint.hub.identity.checks import check_cards, check_trust
from mynapoint.hub.identity.list_files import take_lists
from mynapoint.hub.identity.revocation_lists import BadList, ListFault, SerialSet, read_list
from mynapoint.hub.identity.trust import trust_store
from property_examples import examples

SERIALS = st.integers(1, 2**160 - 1)


def test_every_list_of_the_corpus_is_judged_as_its_case_says(world: World) -> None:
    wrong = {}
    for case in world.corpus.list_cases:
        try:
            key_id, listed = read_list(case.der, world.trust.roots)
            found = set(listed.faults_as_news(now=world.now, number_known=case.number_known))
            assert found or world.trust.roots[key_id].certificate == case.issuer, case.name
        except BadList as error:
            found = {error.fault}
        if found != {ListFault[one.name] for one in case.faults}:
            wrong[case.name] = found

    assert wrong == {}


@given(st.sets(SERIALS, max_size=50), st.sets(SERIALS, max_size=50))
@examples(60)
def test_an_index_holds_what_was_put_in_and_nothing_else(listed: set[int], asked: set[int]) -> None:
    index = SerialSet([*listed, *listed], at_most=len(listed))

    assert {one for one in listed | asked if one in index} == listed
    assert (len(index), set(index)) == (len(listed), listed)
    assert not any(one in index for one in (0, -1, 2**160, "1", None))


@pytest.mark.parametrize("serial", [0, -5, 2**160])
def test_a_number_that_is_no_serial_is_not_indexed(serial: int) -> None:
    with pytest.raises(ValueError, match="none"):
        SerialSet([serial], at_most=1)


def test_ten_thousand_entries_take_few_bytes_each_and_are_read_in_one_look() -> None:
    tracemalloc.start()
    index = SerialSet((serial * 2**100 + 1 for serial in range(10_000)), at_most=10_000)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 360_000
    assert peak < 370_000
    assert all(serial * 2**100 + 1 in index for serial in range(0, 10_000, 97))
    assert not any(serial * 2**100 + 2 in index for serial in range(0, 10_000, 97))


@pytest.mark.nightly
def test_a_list_of_a_million_is_read_within_bounds(world: World) -> None:
    import resource

    from mynapoint.card.emulator.authority import new_root
    from mynapoint.programme.values import tokyo_day

    authority = new_root("JPKI for user authentication", valid_from=tokyo_day(world.now))
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.root.subject)
    builder = builder.last_update(world.now).next_update(world.now + timedelta(days=1))
    entry = x509.RevokedCertificateBuilder().revocation_date(world.now)
    # The public way copies what is there for each entry more: a million would take hours.
    builder._revoked_certificates = [entry.serial_number(2**90 + one).build() for one in range(1_000_000)]
    signed = builder.add_extension(x509.CRLNumber(1), critical=False).sign(authority.key, hashes.SHA256())
    der = signed.public_bytes(Encoding.DER)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    (listed,) = trust_of((authority.root,), (der,)).revocation_lists.values()

    assert len(listed.revoked) == 1_000_000
    assert 2**90 + 999_999 in listed.revoked
    assert 2**90 + 1_000_000 not in listed.revoked
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000, "kilobytes"


@given(st.binary(max_size=300), st.integers(0, 5_000), st.integers(1, 255))
@examples(60)
def test_a_list_of_any_bytes_is_refused_and_nothing_worse(world: World, junk: bytes, at: int, by: int) -> None:
    sound = world.corpus.lists[1]
    at %= len(sound)
    for der in (junk, sound[:at], sound[:at] + bytes((sound[at] ^ by,)) + sound[at + 1 :]):
        with pytest.raises(BadList):
            read_list(der, world.trust.roots)


@pytest.fixture
def folder(world: World, tmp_path: Path, settings: Settings) -> Path:
    """A trust folder with the corpus's roots and lists, and a hub of an emulation that reads it."""
    settings.TRUST = world.write(tmp_path / "trust")
    return Path(settings.TRUST)


def test_a_new_list_comes_into_force_at_once_and_a_bad_one_leaves_the_old(
    world: World, folder: Path, tmp_path: Path
) -> None:
    for listed in folder.glob("*.crl"):
        listed.unlink()
    assert trust_store().revocation_lists == {}
    files = {case.name: tmp_path / f"{number}.crl" for number, case in enumerate(world.corpus.list_cases)}
    for case in world.corpus.list_cases:
        files[case.name].write_bytes(case.der)

    (good,) = take_lists([files["good"]], now=world.now)
    assert good.listed is not None
    assert [*trust_store().revocation_lists] == [bytes.fromhex(good.root)]
    left_out = ["good, with the number known already", "stale", "of tomorrow", "a delta", "empty", "cut short"]
    taken = take_lists([*(files[name] for name in left_out), tmp_path / "not there"], now=world.now)

    assert all(one.listed is None and one.why_not for one in taken)
    (in_force,) = trust_store().revocation_lists.values()
    assert in_force.number == good.listed.number
    assert sorted(path.suffix for path in folder.iterdir()) == [".crl", ".pem", ".pem", ".pem"]


def test_of_two_lists_brought_together_the_lower_number_is_left_out_in_whatever_order(
    world: World, folder: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.TRUST_LOOK_SECONDS = 60.0
    files = {case.name: tmp_path / f"{number}.crl" for number, case in enumerate(world.corpus.list_cases)}
    for case in world.corpus.list_cases:
        files[case.name].write_bytes(case.der)
    for listed in folder.glob("*.crl"):
        listed.unlink()

    taken = take_lists([files[name] for name in ("empty", "good", "empty", "of a lower number")], now=world.now)

    assert [one.listed is not None for one in taken] == [False, True, False, False]


def test_the_command_tells_what_came_into_force_and_what_was_left_out(
    world: World, folder: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.CLOCK = "hub.identity.test_revocation_lists.corpus_clock"
    (tmp_path / "good.crl").write_bytes(world.corpus.lists[1])
    (tmp_path / "bad.crl").write_bytes(world.corpus.lists[1][:-7])

    done = CliRunner().invoke(app, ["hub", "crl", str(tmp_path / "good.crl"), str(tmp_path / "bad.crl")])

    assert done.exit_code == 1
    assert "good.crl: list 7 of root" in done.output
    assert "7 revoked, next one by 2022-07-15 15:00 UTC" in done.output
    assert "bad.crl: is not one revocation list in DER and nothing else. Left out." in done.output


def corpus_clock() -> object:
    from datetime import UTC, datetime

    return datetime(2022, 7, 15, 3, 0, tzinfo=UTC)


def test_while_lists_change_every_reader_sees_one_of_them_and_never_a_half(
    world: World, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.crl").write_bytes(world.corpus.lists[1])
    seen, failed, stop = set(), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(len(trust_store().revocation_lists))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
                failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(30):
        take_lists([tmp_path / "new.crl"], now=world.now)
    stop.set()
    for reader in readers:
        reader.join()

    assert failed == []
    assert seen == {2}


def test_the_check_warns_of_each_root_whose_cards_would_be_refused(
    world: World, folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLOCK = "hub.identity.test_revocation_lists.corpus_clock"
    assert check_trust() == [], "an emulated city ages"
    monkeypatch.setattr("mynapoint.hub.identity.checks.must_be_known", lambda: True)
    assert check_trust() == [], "the expired root needs no list"

    settings.CRL_HOURS = 1
    old = check_trust()
    assert [message.id for message in old] == ["identity.W002"] * 2
    assert "its cards are refused" in old[0].msg
    settings.OCSP_RESPONDER = "http://127.0.0.1:1/"
    assert "only while the OCSP responder answers" in check_trust()[0].msg


@pytest.mark.parametrize(
    ("name", "value", "environment", "found"),
    [
        ("CARD_POLICY", "1.2.392.200149.8.5.1.0.99", "production", ["identity.E004"]),
        ("CARD_POLICY", "1.2.392.200149.8.5.1.0.99", "test", []),
        ("CARD_ALGORITHMS", ["RS256"], "test", ["identity.E004"]),
        ("CARD_ALGORITHMS", ["RS256", "none"], "production", ["identity.E005"]),
        ("CARD_ALGORITHMS", [], "production", ["identity.E005"]),
        ("CARD_ALGORITHMS", ["RS256", "ES384"], "production", []),
        ("OCSP_RESPONDER", "ldap://directory/", "production", ["identity.E006"]),
    ],
)
def test_settings_by_which_another_kind_of_card_could_sign_in_stop_the_hub(
    settings: Settings, name: str, value: object, environment: str, found: list[str]
) -> None:
    settings.CARD_ENVIRONMENT = environment
    setattr(settings, name, value)

    assert [message.id for message in check_cards()] == found
