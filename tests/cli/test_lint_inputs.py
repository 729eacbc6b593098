"""What ``shadowtest lint`` reads, and its errors for what it can't read."""

import json
from pathlib import Path

import pytest
import yaml

from shadowtest.templates import reading
from tests.support.command_line import CommandLine, experiment, template

FAULT = "Schedule.Duration is '7d', must be an ISO 8601 duration such as P7D or PT36H"
RESOURCE = {
    "Type": "Custom::SageMakerInferenceExperiment",
    "Properties": {
        "ServiceToken": {"Fn::ImportValue": "ShadowTestProvider"},
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker-execution",
        "EndpointName": "shop-ranking",
        "ModelVariants": [{"ModelName": "ranking-2025"}],
        "ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": 10}]},
        "Schedule": {"Duration": "7d"},
    },
}
IN_JSON = {"Resources": {"ShadowTest": RESOURCE}}


@pytest.mark.parametrize("indentation", [1, 2, "\t"])
def test_json_has_lines_and_columns_too(shadowtest: CommandLine, indentation: int | str) -> None:
    shadowtest.write("template.json", json.dumps(IN_JSON, indent=indentation))
    column = 6 if indentation == "\t" else 5 * int(indentation) + 1

    done = shadowtest("lint", "template.json")

    assert (done.code, done.lines[0]) == (3, f"template.json:24:{column}: ShadowTest: {FAULT}")


def test_json_in_one_line_with_a_byte_order_mark(shadowtest: CommandLine) -> None:
    shadowtest.write("template.json", "\ufeff" + json.dumps(IN_JSON))

    done = shadowtest("lint", "template.json")

    assert done.lines[0].startswith("template.json:1:")


def test_without_libyaml_all_is_the_same(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    shadowtest.write("template.json", json.dumps(IN_JSON, indent="\t"))
    shadowtest.write("template.yaml", template(experiment("Schedule: !If [A, {Duration: 7d}, !Ref B]")))
    quick = shadowtest("lint", "template.json", "template.yaml")

    monkeypatch.setattr(reading, "LOADER", yaml.SafeLoader)

    assert shadowtest("lint", "template.json", "template.yaml") == quick
    assert quick.lines[-1] == "2 experiments, 2 faults"


def test_standard_input(shadowtest: CommandLine) -> None:
    done = shadowtest("lint", "-", given=json.dumps(IN_JSON).encode())

    assert done.lines[0].startswith("<stdin>:1:")


def test_a_cloud_assembly_with_its_stages(shadowtest: CommandLine) -> None:
    shadowtest.write("cdk.out/Shop.template.json", json.dumps(IN_JSON))
    shadowtest.write("cdk.out/assembly-Prod/ProdShop.template.json", json.dumps(IN_JSON))
    shadowtest.write("cdk.out/manifest.json", "{}")

    done = shadowtest("lint", "cdk.out")

    assert [line.partition(":")[0] for line in done.lines[:-1]] == [
        str(Path("cdk.out", "Shop.template.json")),
        str(Path("cdk.out", "assembly-Prod", "ProdShop.template.json")),
    ]
    assert done.lines[-1] == "2 experiments, 2 faults"


def test_several_templates_are_checked_though_one_can_not_be_read(shadowtest: CommandLine) -> None:
    shadowtest.write("one.yaml", template(experiment("KmsKey: a b")))
    shadowtest.write("two.json", json.dumps(IN_JSON))

    done = shadowtest("lint", "one.yaml", "missing.yaml", "two.json")

    assert [line.partition(":")[0] for line in done.lines[:-1]] == ["one.yaml", "two.json"]
    assert (done.code, done.err) == (1, "error: missing.yaml does not exist\n")


DEEP = "{a: " * 120 + "1" + "}" * 120
BILLION = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n# nothing\n", "is empty"),
        (b"Resources: {\n", "is neither YAML nor JSON (line 2, column 1)"),
        (b"Resources: {}\n---\nResources: {}\n", "is neither YAML nor JSON (line 2, column 1)"),
        (b"\x00\x01", "is neither YAML nor JSON"),
        (b"a text", "is not a CloudFormation template: it has no Resources map"),
        (b"[1, 2]", "is not a CloudFormation template"),
        (b"Resources: []", "is not a CloudFormation template"),
        (b"{}", "is not a CloudFormation template"),
        ("Größe: 1".encode("latin-1"), "is not encoded in UTF-8: byte 3 is 0xf6"),
        (b"a: &a\n  b: *a\nResources: {}\n", "is nested more than 100 levels deep"),
        (DEEP.encode(), "is nested more than 100 levels deep"),
        (b"[" * 100_000, "is nested more than 100 levels deep"),
        (BILLION.encode(), "has aliases that expand to more than 1,000,000 values"),
        (b"<<: [1]\nResources: {}\n", "is neither YAML nor JSON (line 1, column 6)"),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else "",
)
def test_what_is_no_template_is_one_line(shadowtest: CommandLine, content: bytes, said: str) -> None:
    shadowtest.write("template.yaml", content)

    done = shadowtest("lint", "template.yaml")

    (line,) = done.err.splitlines()
    assert line.startswith(f"error: template.yaml {said}")
    assert (done.code, done.out) == (1, "")


def test_a_folder_without_templates(shadowtest: CommandLine) -> None:
    (shadowtest.folder / "empty").mkdir()

    done = shadowtest("lint", "empty")

    assert done.code == 1
    assert done.err == "error: empty has no *.template.json files: name a template, or a folder such as cdk.out\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument 'TEMPLATE...' ('shadowtest lint --help' shows how to call it)"),
        (("--nonsense",), "No such option"),
        (("--format", "sarif", "-"), "Invalid value for '--format'"),
        (("--out", "json", "-"), "'json' must be FORMAT=FILE, where FORMAT is text, json or junit"),
        (("--out", "sarif=x", "-"), "'sarif=x' must be FORMAT=FILE"),
    ],
)
def test_a_call_that_is_wrong_is_an_error_and_no_change(
    shadowtest: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    done = shadowtest("lint", *arguments)

    (line,) = done.err.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert done.code == 1


def test_a_file_that_can_not_be_written(shadowtest: CommandLine) -> None:
    done = shadowtest("lint", "-", "--out", "json=nowhere/report", given=template(experiment()).encode())

    assert (done.code, done.err) == (1, "error: nowhere/report can't be written: No such file or directory\n")
