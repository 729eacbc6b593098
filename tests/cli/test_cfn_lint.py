"""The rule in the real cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.command_line import CommandLine, experiment, template

CFN_LINT = Path(sys.executable).with_name("cfn-lint")
SAMPLES = {
    "misspelt": "ShadowModeConfig: {ShadowModelVariants: [{SamplingPercent: 10}]}",
    "duration": "Schedule: {Duration: 7d}",
    "share": "ShadowModeConfig: {ShadowModelVariants: [{SamplingPercentage: 0.1}]}",
}


def cfn_lint(*files: str, rules: str) -> dict[str, list[tuple[int, str]]]:
    """What the rule finds in each file, by its line."""
    command: list[str | Path] = [CFN_LINT, *files, "--format", "json", "--append-rules", rules]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stderr == ""
    found: dict[str, list[tuple[int, str]]] = {file: [] for file in files}
    for match in json.loads(done.stdout):
        assert match["Rule"]["Id"] == "E9840", match
        found[Path(match["Filename"]).name].append((match["Location"]["Start"]["LineNumber"], match["Message"]))
    return found


def linted(shadowtest: CommandLine, file: str) -> list[tuple[int, str]]:
    lines = [line.split(":", 3) for line in shadowtest("lint", file).lines[:-1]]
    return [(int(line), message.strip()) for _, line, _, message in lines]


def test_it_finds_what_lint_finds_with_its_lines(shadowtest: CommandLine) -> None:
    for name, change in SAMPLES.items():
        without = ("ShadowModeConfig",) if "ShadowModeConfig" in change else ()
        shadowtest.write(f"{name}.yaml", template(experiment(change, without=without)))
    shadowtest.write("fine.yaml", template(experiment("AdoptExisting: true\nServiceTimeout: 60")))
    attribute = "Outputs:\n  It:\n    Value: !GetAtt ShadowTest.Sattus\n"
    shadowtest.write("attribute.yaml", template(experiment(), rest=attribute))
    files = [*(f"{name}.yaml" for name in SAMPLES), "fine.yaml", "attribute.yaml"]

    found = cfn_lint(*files, rules=shadowtest("cfn-lint-rules").out.strip())

    assert found["misspelt.yaml"][1][1].endswith("SamplingPercent is not a property, did you mean SamplingPercentage?")
    assert found["duration.yaml"] == [
        (10, "ShadowTest: Schedule.Duration is '7d', must be an ISO 8601 duration such as P7D or PT36H")
    ]
    assert "is '0.1', must be an integer from 0 to 100" in found["share.yaml"][0][1]
    for file in files:
        assert found[file] == linted(shadowtest, file)
