"""``shadowtest lint``: each fault with its line, and what is allowed."""

import pytest

from tests.support.command_line import CommandLine, experiment, template

SHADOW_MODE = ("ShadowModeConfig",)


def test_a_template_without_faults(shadowtest: CommandLine) -> None:
    shadowtest.write("template.yaml", template(experiment()))

    done = shadowtest("lint", "template.yaml")

    assert (done.code, done.out, done.err) == (0, "1 experiment, no faults\n", "")


def test_a_misspelt_property_has_its_own_line_and_what_may_be_meant(shadowtest: CommandLine) -> None:
    changes = """
        ShadowModeConfig:
          ShadowModelVariants:
            - SamplingPercent: 10
    """

    assert shadowtest.lint(template(experiment(changes, without=SHADOW_MODE))) == [
        "11:13: ShadowTest: ShadowModeConfig.ShadowModelVariants[0].SamplingPercentage is missing",
        "11:13: ShadowTest: ShadowModeConfig.ShadowModelVariants[0].SamplingPercent is not a property, "
        "did you mean SamplingPercentage?",
    ]


def test_a_duration_that_is_none(shadowtest: CommandLine) -> None:
    assert shadowtest.lint(template(experiment("Schedule:\n  Duration: 7d\n"))) == [
        "11:9: ShadowTest: Schedule.Duration is '7d', must be an ISO 8601 duration such as P7D or PT36H"
    ]


def test_a_share_of_the_requests_is_a_percentage(shadowtest: CommandLine) -> None:
    changes = "ShadowModeConfig: {ShadowModelVariants: [{SamplingPercentage: 0.1}]}"

    assert shadowtest.lint(template(experiment(changes, without=SHADOW_MODE))) == [
        "9:49: ShadowTest: ShadowModeConfig.ShadowModelVariants[0].SamplingPercentage is '0.1', "
        "must be an integer from 0 to 100"
    ]


def test_a_missing_property_has_the_line_of_the_properties(shadowtest: CommandLine) -> None:
    assert shadowtest.lint(template(experiment(without=("RoleArn", "ServiceToken")))) == [
        "4:5: ShadowTest: ServiceToken is missing, must be the ARN of the function that serves the resource",
        "4:5: ShadowTest: RoleArn is missing",
    ]


def test_a_resource_without_properties_has_the_line_of_its_name(shadowtest: CommandLine) -> None:
    found = shadowtest.lint("Resources:\n  ShadowTest:\n    Type: Custom::SageMakerInferenceExperiment\n")

    assert [line.partition(" is ")[0] for line in found] == [
        f"2:3: ShadowTest: {missing}"
        for missing in ("ServiceToken", "RoleArn", "EndpointName", "ShadowModeConfig", "ModelVariants")
    ]


def test_faults_are_in_the_order_of_their_lines_and_of_all_experiments(shadowtest: CommandLine) -> None:
    found = shadowtest.lint(
        template(experiment("Tpye: x\nDescription: 1\nName: -x"), experiment("KmsKey: a b", logical_id="Second"))
    )

    assert [line.split()[:3] for line in found] == [
        ["10:7:", "ShadowTest:", "Tpye"],
        ["12:7:", "ShadowTest:", "Name"],
        ["21:7:", "Second:", "KmsKey"],
    ]


@pytest.mark.parametrize(
    "change",
    [
        "Run: 2",
        "Run: true",
        "Description: 2025-01-01",
        "AdoptExisting: yes",
        "ServiceTimeout: '60'",
        "Tags: [{Key: 1, Value: 2}]",
        "Schedule: {StartTime: 2030-01-31T12:00:00Z}",
        'Description: "\U0001f680"',
    ],
)
def test_values_are_what_cloudformation_makes_of_them(shadowtest: CommandLine, change: str) -> None:
    assert shadowtest.lint(template(experiment(change))) == []


@pytest.mark.parametrize(
    "value",
    [
        "!Ref Sampling",
        "!Sub '${Sampling}'",
        "!GetAtt Other.Sampling",
        "!FindInMap [Stages, !Ref Stage, Sampling]",
        "!Select [0, !Split [',', !Ref Samplings]]",
        "{'Fn::Transform': {Name: Sampling}}",
        "!OfTomorrow [x]",
    ],
)
def test_what_a_function_gives_is_not_known(shadowtest: CommandLine, value: str) -> None:
    changes = f"ShadowModeConfig: {{ShadowModelVariants: [{{SamplingPercentage: {value}}}]}}"
    parameters = "Parameters:\n  Sampling: {Type: Number, Default: 101}\n"

    assert shadowtest.lint(template(experiment(changes, without=SHADOW_MODE), rest=parameters)) == []


def test_no_value_is_an_absent_property(shadowtest: CommandLine) -> None:
    assert shadowtest.lint(template(experiment("RoleArn: !Ref AWS::NoValue", without=("RoleArn",)))) == [
        "4:5: ShadowTest: RoleArn is missing"
    ]


def test_a_null_is_said_once(shadowtest: CommandLine) -> None:
    assert shadowtest.lint(template(experiment("RoleArn:\nDescription: null", without=("RoleArn",)))) == [
        "9:7: ShadowTest: RoleArn is null, which CloudFormation refuses: leave it out",
        "10:7: ShadowTest: Description is null, which CloudFormation refuses: leave it out",
    ]


def test_a_key_that_is_given_twice(shadowtest: CommandLine) -> None:
    found = shadowtest.lint(template(experiment("EndpointName: shop-search"), rest="Outputs: {}\nOutputs: {}\n"))

    assert found == [
        "10:7: Resources.ShadowTest.Properties.EndpointName is given a second time, first in line 7",
        "12:1: Outputs is given a second time, first in line 11",
    ]


def test_what_a_map_merges_is_not_given_twice(shadowtest: CommandLine) -> None:
    common = "Common: &common\n  KmsKey: a b\n  Description: theirs\n"

    found = shadowtest.lint(common + template(experiment("Description: ours\n<<: *common")))

    assert found == ["2:3: ShadowTest: KmsKey is 'a b', must be a KMS key's id, ARN or alias"]


def test_other_resources_and_transforms_are_not_its_business(shadowtest: CommandLine) -> None:
    others = (
        "  Function: {Type: AWS::Serverless::Function, Properties: {Schedule: {Duration: 7d}}}\n"
        "  Fn::ForEach::Buckets: [Name, [a, b], {'Bucket${Name}': {Type: AWS::S3::Bucket}}]\n"
    )
    text = "Transform: AWS::Serverless-2016-10-31\n" + template(experiment(), others)

    assert shadowtest.lint(text) == []


def test_properties_that_a_macro_adds_to_can_not_be_told(shadowtest: CommandLine) -> None:
    include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://shop/test.yaml}}"
    shadowtest.write("template.yaml", template(experiment(include, without=("RoleArn",))))

    done = shadowtest("lint", "template.yaml")
    strict = shadowtest("lint", "template.yaml", "--strict")

    assert (done.code, strict.code) == (0, 4)
    assert done.lines == [
        "template.yaml:2:3: ShadowTest is not checked: what a function adds to its Properties is not in the template",
        "0 experiments, no faults, 1 not checked",
    ]
    assert strict.lines == done.lines


def test_resources_that_a_loop_makes_can_not_be_told(shadowtest: CommandLine) -> None:
    loop = "  Fn::ForEach::{0}:\n    - Name\n    - [A, B]\n    - {0}${{Name}}: {{Type: {1}}}\n"
    loops = loop.format("Tests", "Custom::SageMakerInferenceExperiment") + loop.format("Topics", "AWS::SNS::Topic")
    shadowtest.write("template.yaml", f"Transform: AWS::LanguageExtensions\nResources:\n{loops}")

    assert shadowtest("lint", "template.yaml", "--strict").lines == [
        "template.yaml:3:3: Fn::ForEach::Tests is not checked: CloudFormation creates the resources from it",
        "0 experiments, no faults, 1 not checked",
    ]


def test_properties_that_are_no_map(shadowtest: CommandLine) -> None:
    resource = "  ShadowTest:\n    Type: Custom::SageMakerInferenceExperiment\n    Properties: {}\n"

    for value in ("!Ref Shared", "[a]", "none"):
        found = shadowtest.lint(f"Resources:\n{resource.format(value)}")

        assert found == ["4:5: ShadowTest: Properties must be a map of properties"]
