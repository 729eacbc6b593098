"""The formats of ``shadowtest lint``."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from tests.support.command_line import CommandLine, experiment, template

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "lint-report.schema.json").read_text())
FAULTY = template(
    experiment("Schedule: {Duration: 7d}"),
    experiment(logical_id="Fine"),
    experiment("Fn::Transform: {Name: Shop}", logical_id="Later"),
    rest="Outputs: {It: {Value: !GetAtt Fine.Xyzzy}}\nOutputs: {}\n",
)


@pytest.fixture
def faulty(shadowtest: CommandLine) -> CommandLine:
    shadowtest.write("template.yaml", FAULTY)
    return shadowtest


def test_a_name_cannot_command_a_terminal(shadowtest: CommandLine) -> None:
    (found,) = shadowtest.lint(template(experiment(r'"Scale\e[2J\r": 7')))

    assert found.startswith(r"10:7: ShadowTest: Scale\x1b[2J\r is not a property")


def test_json_is_as_its_schema_says(faulty: CommandLine) -> None:
    done = faulty("lint", "template.yaml", "--format", "json")

    report = json.loads(done.out)
    Draft7Validator.check_schema(SCHEMA)
    Draft7Validator(SCHEMA).validate(report)
    assert done.code == 3
    assert [(each["logicalId"], each["line"]) for each in report["resources"]] == [
        ("ShadowTest", 2),
        ("Fine", 11),
        ("Later", 19),
    ]
    assert [each["notChecked"] is None for each in report["resources"]] == [True, True, False]
    assert report["faults"][0] == {
        "file": "template.yaml",
        "line": 10,
        "column": 18,
        "logicalId": "ShadowTest",
        "path": "Resources.ShadowTest.Properties.Schedule.Duration",
        "property": "Schedule.Duration",
        "message": "is '7d', must be an ISO 8601 duration such as P7D or PT36H",
    }
    assert [(each["logicalId"], each["property"]) for each in report["faults"][1:]] == [("Fine", None), (None, None)]


def test_the_schema_of_json_refuses_another_version(faulty: CommandLine) -> None:
    report = json.loads(faulty("lint", "template.yaml", "--format", "json").out)

    assert not Draft7Validator(SCHEMA).is_valid(report | {"schemaVersion": 2})


def test_junit_has_a_case_for_each_experiment(faulty: CommandLine) -> None:
    done = faulty("lint", "template.yaml", "--format", "junit")

    (suite,) = ElementTree.fromstring(done.out)
    assert [suite.get(name) for name in ("tests", "failures", "skipped", "errors")] == ["4", "3", "1", "0"]
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == ["ShadowTest", "Fine", "Later", "the template"]
    assert cases["ShadowTest"].findtext("failure", "").startswith("template.yaml:10:18: ShadowTest: Schedule.Duration")
    assert cases["Later"].find("skipped") is not None


def test_junit_takes_any_character(shadowtest: CommandLine) -> None:
    shadowtest.write("template.yaml", template(experiment('"\\a<&": 1')))

    done = shadowtest("lint", "template.yaml", "--format", "junit")

    failure = ElementTree.fromstring(done.out).findtext(".//failure", "")
    assert "\N{REPLACEMENT CHARACTER}<& is not a property" in failure


def test_several_files_beside_what_is_printed(faulty: CommandLine) -> None:
    done = faulty("lint", "template.yaml", "--out", "json=lint.json", "--out", "junit=lint.xml")

    assert done.lines[-1] == "2 experiments, 3 faults, 1 not checked"
    assert json.loads((faulty.folder / "lint.json").read_text())["schemaVersion"] == 1
    assert ElementTree.parse(faulty.folder / "lint.xml").getroot().tag == "testsuites"
