"""nginx in front, with the configuration that is shipped: whoever is beyond a limit is told so, and nothing is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pytest_django import DjangoDbBlocker
from typer.testing import CliRunner

from hub.applications.machines import CARDS, proved_choice
from hub.conftest import connected_to
from hub.crash.applicants import Applicants, halves, lost
from hub.crash.served_hub import ServedHub, free_port
from hub.operation.nginx import INSTALLED, Backend, Proxy, Told, proxy
from mynapoint.cli import app
from mynapoint.hub.applications.resident_door import PATH
from mynapoint.hub.operation.proxy import write
from mynapoint.hub.problems import Problem, ProblemCode, problem_response

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(INSTALLED is None, reason="nginx is not installed: apt-get install nginx-light"),
]
IRREVOCABLE, PAGES = 32, 64
"""As many as nginx.conf lets in of each."""
BEYOND = 8


@pytest.fixture
def backend() -> Iterator[Backend]:
    own = Backend()
    yield own
    own.stop()


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(PAGES + BEYOND) as pool:
        yield pool


def full(pool: ThreadPoolExecutor, backend: Backend, nginx: Proxy, path: str, most: int) -> list[Future[Told]]:
    """Let as many in as may be, and keep them inside."""
    backend.hold()
    held = [pool.submit(nginx.ask, path, body=str(number).encode()) for number in range(most)]
    backend.wait_for(most)
    return held


def same_as(told: Told, code: ProblemCode) -> bool:
    """Say whether that is the hub's own answer, with the instant to come again."""
    own = problem_response(Problem(code))
    return (
        told.status == own.status_code
        and told.body == own.content
        and told.headers["Content-Type"] == own["Content-Type"]
        and told.headers.get("Retry-After") == own.get("Retry-After")
    )


def test_whoever_applies_beyond_the_limit_is_told_to_come_again_and_nothing_of_theirs_came_in(
    backend: Backend, crowd: ThreadPoolExecutor, tmp_path: Path
) -> None:
    with proxy(tmp_path, backend=backend.port) as nginx:
        held = full(crowd, backend, nginx, PATH, IRREVOCABLE)
        coming = [crowd.submit(nginx.ask, PATH, body=b"away") for _ in range(BEYOND)]
        away = [one.result() for one in coming]
        page = nginx.ask("/apply/signed/", body=b"away")
        backend.release()
        done = [one.result() for one in held]
        later = nginx.ask(PATH, body=b"later")

    assert all(same_as(one, ProblemCode.BUSY) for one in away), away[0]
    assert (page.status, "何も記録されていません" in page.body.decode()) == (503, True)
    assert {one.status for one in done} == {201}
    assert later.status == 201
    came = sorted(body for _, _, body in backend.came)
    assert came == sorted([*(str(one).encode() for one in range(IRREVOCABLE)), b"later"])


def test_pages_beyond_the_limit_are_the_hubs_own_and_come_again_or_keep_what_was_typed(
    backend: Backend, crowd: ThreadPoolExecutor, tmp_path: Path
) -> None:
    with proxy(tmp_path, backend=backend.port) as nginx:
        held = full(crowd, backend, nginx, "/sign-in/", PAGES)
        again = nginx.ask("/payment-services/")
        english = nginx.ask("/payment-services/?q=pay", headers={"Accept-Language": "en-GB,en;q=0.9,ja;q=0.5"})
        chosen = nginx.ask("/", headers={"Accept-Language": "en", "Cookie": "django_language=ja"})
        form = nginx.ask("/apply/", body=b"kind=qr")
        backend.release()
        assert {one.result().status for one in held} == {201}

    assert {one.status for one in (again, english, chosen, form)} == {503}
    assert all(15 <= int(one.headers["Retry-After"]) <= 30 for one in (again, english, chosen, form))
    assert all(one.headers["Cache-Control"] == "no-store" for one in (again, form))
    assert f'http-equiv="refresh" content="{again.headers["Retry-After"]}"' in again.body.decode()
    assert "Many people are applying" in english.body.decode()
    assert "refresh" not in english.body.decode(), "what was asked for would be lost"
    assert "ただいま大変混み合っています" in chosen.body.decode()
    assert "ブラウザーの「戻る」を押すと、入力した内容が残っています" in form.body.decode()
    assert len(backend.came) == PAGES


def test_on_a_last_day_the_hub_gives_the_places_and_whoever_has_one_waits_outside(
    backend: Backend, crowd: ThreadPoolExecutor, tmp_path: Path
) -> None:
    with proxy(tmp_path, backend=backend.port, last_day=1) as nginx:
        held = full(crowd, backend, nginx, PATH, IRREVOCABLE)
        new = [crowd.submit(nginx.ask, path, body=b"new") for path in (PATH, "/apply/signed/")]
        backend.wait_for(IRREVOCABLE + len(new))
        waiting = nginx.ask(PATH, body=b"waiting", headers={"Waiting-Place": "a place"})
        backend.release()
        assert {one.result().status for one in [*held, *new]} == {201}

    assert same_as(waiting, ProblemCode.BUSY)
    assert b"waiting" not in [body for _, _, body in backend.came]


def test_what_a_client_says_about_its_address_is_not_believed(backend: Backend, tmp_path: Path) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Real-IP": "10.0.0.1"}
    with proxy(tmp_path, backend=backend.port, limited=1) as nginx:
        told = [
            nginx.ask("/", headers={**forged, "X-Forwarded-For": f"10.0.0.{one}", "Forwarded": "for=10.0.0.1"})
            for one in range(120)
        ]
        machine = nginx.ask(PATH, body=b"away", headers={"X-Forwarded-For": "10.0.0.250"})

    away = [one for one in told if one.status == 429]
    assert {one.status for one in told} == {201, 429}, "120 at once are more than one address may"
    assert all("Retry-After" in one.headers for one in away)
    assert same_as(machine, ProblemCode.BUSY)
    for _, headers, _ in backend.came:
        assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("127.0.0.1", "http")
        assert not {"Forwarded", "X-Forwarded-Host", "X-Real-IP"} & set(headers)


def test_staff_counters_and_what_watches_the_hub_are_closed_from_outside(backend: Backend, tmp_path: Path) -> None:
    closed = ["/staff/", "/staff/office/", "//staff/", "/x/../staff/", "/%73taff/", "/counter/", "/staff"]
    closed += ["/healthz", "/readyz", "/metrics", "/busy/form.ja.html"]
    with proxy(tmp_path, backend=backend.port, inside=0) as nginx:
        assert {path: nginx.ask(path).status for path in closed} == dict.fromkeys(closed, 404)
        assert backend.came == []
        assert nginx.ask("/", tls=True).status == 201

    assert backend.came[0][1]["X-Forwarded-Proto"] == "https"


def test_nobody_is_told_that_nothing_was_recorded_when_that_is_not_known(backend: Backend, tmp_path: Path) -> None:
    with proxy(tmp_path, backend=free_port()) as nginx:
        machine, page = nginx.ask(PATH, body=b"{}"), nginx.ask("/apply/signed/", body=b"nonce=1")
        long = nginx.ask(PATH, headers={"Content-Length": str(11 * 1024 * 1024)}, body=b"{}")

    assert same_as(machine, ProblemCode.OUTCOME_UNKNOWN)
    assert (page.status, "マイページで手続きの状況をお確かめください" in page.body.decode()) == (503, True)
    assert same_as(long, ProblemCode.BODY_TOO_LONG)


def test_the_configuration_shipped_is_right_as_it_stands_and_an_operators_files_are_left_alone(tmp_path: Path) -> None:
    assert write(tmp_path) == ["site-http.conf", "site-server.conf"]
    (tmp_path / "site-http.conf").write_text("# mine")

    assert write(tmp_path) == []
    assert (tmp_path / "site-http.conf").read_text() == "# mine"
    assert json.loads((tmp_path / "problems.conf").read_text().split("'")[1])["status"] == 503


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mynapoint.cli.hub_proxy.start_django", lambda: None)
    (tmp_path / "file").write_text("")

    told = CliRunner().invoke(app, ["hub", "proxy", str(tmp_path / "file" / "proxy")], env={"COLUMNS": "400"})

    assert told.exit_code == 2
    assert "Not a directory" in told.stderr


def test_people_and_machines_come_through_to_the_hub(
    tmp_path: Path, city: Path, file_with_register: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    shutil.copy(file_with_register, tmp_path / "hub.sqlite3")
    port = free_port()
    more = {"MYNAPOINT_CARD_VERIFIER": CARDS["card"], "MYNAPOINT_ORIGINS": f"http://127.0.0.1:{port}"}
    hub = ServedHub(tmp_path, city / "trust", more=more)
    with django_db_blocker.unblock(), connected_to("", state=tmp_path):
        choices = [proved_choice(f"person {number}") for number in range(24)]
        hub.start()
        try:
            with proxy(tmp_path / "proxy", backend=hub.port, port=port) as nginx, httpx.Client(base_url=nginx.url) as a:
                shown = [a.get(path).status_code for path in ("/", "/payment-services/?q=pay", "/static/mynapoint.css")]
                signing_in = a.post("/sign-in/", data={"csrfmiddlewaretoken": a.cookies.get("csrftoken", "")})
                applicants = Applicants(nginx, tmp_path / "ledger", choices)  # type: ignore[arg-type] # has an address
                applicants.start()
                applicants.join()
        finally:
            hub.kill()
        assert shown == [200, 200, 200]
        assert signing_in.status_code < 500
        assert applicants.errors == []
        assert len(applicants.acknowledged) == len(choices)
        assert lost((tmp_path / "ledger").read_text().splitlines()) == set()
        assert halves() == []
