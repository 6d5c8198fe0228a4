"""Money is whole points everywhere: no column, message or annotation of the hub near it can hold a fraction."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from django.apps import apps
from django.db import models

from mynapoint.exchange import messages

HUB = Path(__file__).parents[3] / "src/mynapoint/hub"
OF_MONEY = ("books", "ledger", "settlement")
FRACTIONS = {"float", "Decimal", "Fraction", "FloatField", "DecimalField"}
WHOLE = (models.IntegerField,)
"""Every whole-number field of Django is one of these: small, big and positive ones too."""


def files() -> list[Path]:
    return sorted(path for name in OF_MONEY for path in (HUB / name).rglob("*.py"))


def test_no_column_of_the_hub_holds_a_fraction() -> None:
    columns = [column for model in apps.get_models() for column in model._meta.local_concrete_fields]

    assert not [str(one) for one in columns if isinstance(one, models.FloatField | models.DecimalField)]


def test_every_column_of_points_holds_whole_ones() -> None:
    named = [
        column
        for model in apps.get_models()
        if model._meta.app_label != "payment_services"  # the register has words about points, and no points
        for column in model._meta.local_concrete_fields
        if column.name in {"points", "recorded", "over_cap", "room"} or column.name.startswith("points_")
    ]

    assert len(named) >= 8
    assert not [str(one) for one in named if not isinstance(one, WHOLE)]


def test_no_message_has_a_field_for_a_fraction() -> None:
    kinds = get_args(messages.Message)

    assert not [
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in fields(kind)
        if "float" in str(get_type_hints(kind, include_extras=True)[field.name])
    ]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(HUB)))
def test_no_file_of_money_names_a_fraction_divides_into_one_or_rounds(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).rpartition(".")[2] in FRACTIONS)
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div) and not _of_a_path(node))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "round")
    ]

    assert not found


def _of_a_path(node: ast.BinOp | ast.AugAssign) -> bool:
    return "Path(" in ast.unparse(node)
