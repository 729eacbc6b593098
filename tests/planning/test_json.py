"""The JSON of a plan, which programs read: no name within the package shows in it."""

import json
from pathlib import Path

from jsonschema import Draft7Validator

from shadowtest.planning.rendering.json_document import render_json
from tests.planning.made_plan import COST, PLAN

LITERAL = Path(__file__).with_name("plan.json")
SCHEMA = Path(__file__).parents[2] / "docs" / "plan.schema.json"


def test_it_is_to_the_letter_what_programs_read() -> None:
    assert render_json([PLAN], COST) == LITERAL.read_text(encoding="utf-8")


def test_the_literal_is_what_the_schema_describes() -> None:
    Draft7Validator(json.loads(SCHEMA.read_text())).validate(json.loads(LITERAL.read_text(encoding="utf-8")))
