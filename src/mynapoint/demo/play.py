"""The journey without a browser: 青木's way through all three parties, step by step, with its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from mynapoint.demo.city import PEOPLE, PIN, City, Person
from mynapoint.demo.processes import DemoStopped
from mynapoint.demo.robot import NotOnPage, Page, Robot

SERVICE = "MP0000001"
INCENTIVE = "card_uptake"
TOP_UP_YEN = 20_000
POINTS = 5_000
WRONG_PIN = "0000"


def play(city: City, console: Console) -> None:
    """Open a city, play the journey in it, print every step with its figures. Raises DemoStopped when a step fails."""
    with _progress(console) as step:
        step("Building the city")
        city.prepare()
        with city.serve(), Robot() as robot:
            journey = Journey(city, robot, PEOPLE[0])
            for name, act in STEPS:
                step(name)
                try:
                    figures = act(journey)
                except NotOnPage as missing:
                    raise DemoStopped(f"{name}: {missing}") from missing
                console.print(f"[green]✓[/green] {name}: {figures}", soft_wrap=True)
    console.print(f"{journey.person.name} topped up ¥{TOP_UP_YEN:,} and has {journey.points:,} points")


@dataclass(slots=True)
class Journey:
    """One person's way from the search to the points; each step returns what it saw, in words."""

    city: City
    robot: Robot
    person: Person
    pin: str = PIN
    points: int = 0

    def search(self) -> str:
        """Find サンプルPay in the register."""
        found = self.robot.get(f"{self.city.hub}/payment-services/?q=サンプルペイ").require("サンプルPay")
        self.robot.get(found.link(f"/payment-services/{SERVICE}/")).require(SERVICE)
        return f"サンプルPay is {SERVICE} in the register"

    def sign_in(self) -> str:
        """Sign in with the card; the first PIN is wrong on purpose."""
        asked = self.robot.get(f"{self.city.hub}/sign-in/")
        refused = self.type_pin(self.to_agent(asked), WRONG_PIN).require("あと2回")
        self.deliver(self.type_pin(refused, self.pin))
        return "a wrong PIN left 2 tries; the right one signed the statement"

    def reserve(self) -> str:
        """Make the reservation, signed by the card."""
        asked = self.robot.get(f"{self.city.hub}/reservation/")
        done = self.sign(asked)
        return f"My Key ID {done.value('my-key-id')}"

    def apply(self) -> str:
        """Choose サンプルPay for good: account proof, masked name, signed statement."""
        confirm = self._ask_for_proof()
        holder = confirm.value("masked-holder")
        self.sign(confirm)
        return f"サンプルPay proved the account of {holder}; the card signed; it cannot be changed"

    def apply_again(self) -> str:
        """Try a second application for the same incentive."""
        refused = self._ask_for_proof()
        refused.require("申込済みです")
        return f"refused ({refused.status}): once per person and incentive"

    def top_up(self) -> str:
        """Top up at サンプルPay."""
        start = self.robot.get(f"{self.city.pay}/")
        wallet = self.robot.submit(start, start.form("/sign-in"), account_id=self.person.account_id)
        page = self.robot.get(wallet.link("/top-up"))
        done = self.robot.submit(page, page.form("/top-up"), amount_yen=str(TOP_UP_YEN))
        done.require(f"{TOP_UP_YEN:,}")
        return f"¥{TOP_UP_YEN:,} at サンプルPay; the hub does not hear of it"

    def award_run(self) -> str:
        """Move the clock to the day of the award and let サンプルPay compute, credit and report."""
        operator = self.robot.get(f"{self.city.pay}/operator")
        done = self.robot.submit(operator, operator.form("/operator/run"))
        done.require(f"{POINTS:,}")
        return f"25 % of ¥{TOP_UP_YEN:,} computed, credited and reported"

    def my_page(self) -> str:
        """Read the recorded points at the hub."""
        page = self.robot.get(f"{self.city.hub}/my/")
        self.points = int(page.value(f"recorded-{INCENTIVE}"))
        if self.points != POINTS:
            raise NotOnPage(f"{page.url}: {self.points} points are recorded, not {POINTS}; {page.text[:600]}")
        return f"{self.points:,} points recorded for {INCENTIVE}"

    def _ask_for_proof(self) -> Page:
        form = self.robot.get(f"{self.city.hub}/apply/{SERVICE}/{INCENTIVE}/")
        if not form.forms or form.status != 200:
            return form
        codes = {"account_id": self.person.account_id, "code_1": self.person.security_code}
        try:
            return self.robot.submit(form, form.form("/apply/"), **codes)
        except NotOnPage:
            return form

    def sign(self, page: Page) -> Page:
        """Go from a hub page through the agent and back, with the right PIN."""
        return self.deliver(self.type_pin(self.to_agent(page), self.pin))

    def to_agent(self, page: Page) -> Page:
        """Take a hub page's statement to the agent."""
        return self.robot.submit(page, page.form("/v1/authenticate"))

    def type_pin(self, page: Page, pin: str) -> Page:
        """Choose the person's card and type a PIN."""
        return self.robot.submit(page, page.form("/v1/confirm/"), card=self.person.card, pin=pin)

    def deliver(self, page: Page) -> Page:
        """Let the agent's last page return to the hub."""
        return self.robot.submit(page, page.form("/card/return/"))


STEPS: tuple[tuple[str, Callable[[Journey], str]], ...] = (
    ("Search", Journey.search),
    ("Sign in", Journey.sign_in),
    ("Reserve (予約)", Journey.reserve),
    ("Apply (申込)", Journey.apply),
    ("Apply again", Journey.apply_again),
    ("Top up", Journey.top_up),
    ("Award run", Journey.award_run),
    ("My page", Journey.my_page),
)
"""The journey in order: what a step is called and what does it."""


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Show how far the journey is; the returned function names the step that begins."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task: TaskID = progress.add_task("", total=len(STEPS) + 1)
        begun = 0

        def step(name: str) -> None:
            nonlocal begun
            progress.update(task, description=name, completed=begun)
            begun += 1

        yield step
