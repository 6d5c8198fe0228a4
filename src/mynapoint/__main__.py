"""`python -m mynapoint …` is the command `mynapoint …`."""

from mynapoint.cli import app

app(prog_name="mynapoint")
