"""Reports for programs."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from shadowtest.reporting import rendering
from tests.support.report_scene import Scene

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())


def test_the_json_is_as_its_schema_says() -> None:
    running, not_started = Scene(), Scene()
    not_started.world.reach("Created")
    reports = [running.runs(timedelta(hours=2), per_minute=6).report(), not_started.report()]

    document = json.loads(rendering.document(reports).rendered("json"))

    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)
    assert [each["status"] for each in document["tests"]] == ["Running", "Created"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {"tests": [document["tests"][0] | {"window": "always"}]}, SCHEMA)
