"""What is refused at synth: all that can be known to be wrong, at once; tokens pass."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, cast

import jsii
import pytest
from aws_cdk import (
    CfnParameter,
    Duration,
    Environment,
    IStableStringProducer,
    Lazy,
    RemovalPolicy,
    Stack,
    Tags,
    Token,
    aws_iam,
    aws_sagemaker,
)

from sagemaker_inference_experiment import (
    Conclusion,
    DataCapture,
    InferenceExperimentProvider,
    InvalidExperimentError,
    ModelVariant,
    OnDelete,
    Schedule,
    VariantAction,
)

PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")
RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
PROMOTED = {"AllTraffic": "Remove", "Shadow-01": "Promote"}


@jsii.implements(IStableStringProducer)
class Late:
    def produce(self) -> str:
        return "later"


def test_tokens_pass_every_check(declared: Any) -> None:
    def parameter(name: str, type: str = "String") -> CfnParameter:
        return CfnParameter(declared.stack, name, type=type)

    name, number = parameter("Name"), parameter("Number", "Number")
    # A number that only CloudFormation knows is a float, whatever it stands for.
    count: Any = number.value_as_number
    properties = declared.rendered(
        endpoint=name.value_as_string,
        production_variant=ModelVariant(
            model=name.value_as_string,
            variant_name="AllTraffic",
            instance_type=name.value_as_string,
            instance_count=count,
        ),
        sampling_percentage=number.value_as_number,
        description=name.value_as_string,
        kms_key=name.value_as_string,
        run=name.value_as_string,
        schedule=Schedule.start_at(name.value_as_string, for_=Duration.hours(number.value_as_number)),
        data_capture=DataCapture(
            destination=f"s3://{name.value_as_string}/x", csv_content_types=Token.as_list(name.value_as_string)
        ),
        conclusion=Conclusion.remove_shadow(reason=Lazy.string(Late())),
    )

    assert properties["EndpointName"] == {"Ref": "Name"}
    assert properties["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == {"Ref": "Number"}
    assert properties["Schedule"]["Duration"] == {"Fn::Join": ["", ["PT", {"Ref": "Number"}, "H"]]}
    assert properties["Reason"] == "later"


def test_all_that_is_wrong_is_said_at_once(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            experiment_name="-mine",
            endpoint="shop!",
            sampling_percentage=101,
            shadow_variant=ModelVariant(model="m", variant_name="AllTraffic", instance_type="big", instance_count=-1),
            schedule=Schedule.start_at(datetime(2030, 1, 1), for_=Duration.days(31)),  # noqa: DTZ001
            data_capture=DataCapture(destination="captures"),
            service_timeout=Duration.hours(2),
            tags={"aws:mine": "x"},
        )

    message = str(raised.value)
    assert message.startswith("Demo/ShadowTest: the experiment can't be run as declared\n  - ")
    for words in (
        "experiment_name (Name) is '-mine', must be 1 to 120 letters",
        "endpoint (EndpointName) is 'shop!'",
        "sampling_percentage (SamplingPercentage) is 101, must be an integer from 0 to 100",
        "shadow_variant.instance_type (InstanceType) is 'big', must be an instance type such as ml.m5.xlarge",
        "shadow_variant.instance_count (InstanceCount) is -1",
        "shadow_variant.variant_name (ShadowModelVariantName) is 'AllTraffic', the production variant's own name",
        "schedule.start (StartTime) is '2030-01-01T00:00:00', without a time zone",
        "schedule.duration (Duration) is P31D, must be from PT1H to P30D",
        "data_capture.destination (Destination) is 'captures'",
        "service_timeout (ServiceTimeout) is 7200, must be an integer from 1 to 3600",
        "a key of tags (Tags) is 'aws:mine'",
    ):
        assert words in message


def test_an_empty_key_is_none(declared: Any) -> None:
    properties = declared.rendered(kms_key="", data_capture=DataCapture(destination="s3://captures", kms_key=""))

    assert "KmsKey" not in properties
    assert properties["DataStorageConfig"] == {"Destination": "s3://captures"}


def ends(**given: Any) -> dict[str, Any]:
    return {"conclusion": Conclusion.promote_shadow(**given)}


BIG = replace(SHADOW, instance_type="big")
WRONG_VALUES: list[tuple[dict[str, Any], list[str]]] = [
    ({"sampling_percentage": "101"}, ["sampling_percentage (SamplingPercentage)"]),
    ({"production_variant": replace(PRODUCTION, model="-")}, ["production_variant.model (ModelName)"]),
    ({"shadow_variant": replace(SHADOW, model="-")}, ["shadow_variant.model (ModelName)"]),
    ({"shadow_variant": replace(SHADOW, variant_name="-")}, ["shadow_variant.variant_name (ShadowModelVariantName)"]),
    ({"run": ""}, ["run (Run)"]),
    ({"kms_key": "?"}, ["kms_key (KmsKey)"]),
    ({"schedule": Schedule.start_now(until="soon")}, ["schedule.end (EndTime)"]),
    ({"data_capture": DataCapture(destination="s3://b", kms_key="?")}, ["data_capture.kms_key (KmsKey)"]),
    (
        {"data_capture": DataCapture(destination="s3://b", json_content_types=["json"])},
        ["data_capture.json_content_types[0] (JsonContentTypes)"],
    ),
    ({"tags": {"team": "a\tb"}}, ["a value of tags (Tags)"]),
    ({"wait_for": "Never"}, ["wait_for (WaitFor)"]),
    ({"adopt_existing": "perhaps"}, ["adopt_existing (AdoptExisting)"]),
    ({"conclusion": Conclusion.cancel(reason="a\nb")}, ["conclusion.reason (Reason)"]),
    ({"on_delete": OnDelete(conclusion=Conclusion.cancel(reason="a\nb"))}, ["on_delete.conclusion.reason (Reason)"]),
    (
        {"conclusion": Conclusion(shadow=cast("Any", "Keep"))},
        ["conclusion.shadow (ModelVariantActions)"],
    ),
    (ends(instance_type="big"), ["conclusion.shadow_instance_type (InstanceType)"]),
    (ends(instance_count=-1), ["conclusion.shadow_instance_count (InstanceCount)"]),
    (ends(instance_count=2) | {"shadow_variant": BIG}, ["shadow_variant.instance_type (InstanceType)"]),
    (
        {
            "conclusion": Conclusion(shadow=VariantAction.RETAIN, shadow_instance_count=2),
            "production_variant": replace(PRODUCTION, instance_type="big"),
        },
        ["production_variant.instance_type (InstanceType)"],
    ),
    (
        {"on_delete": OnDelete(conclusion=Conclusion(shadow=VariantAction.RETAIN, desired_variants=(PRODUCTION, BIG)))},
        ["on_delete.conclusion.desired_variants[1].instance_type (InstanceType)"],
    ),
]


@pytest.mark.parametrize(("given", "parameters"), WRONG_VALUES)
def test_what_is_wrong_is_named_by_its_parameter_and_once(
    declared: Any, given: dict[str, Any], parameters: list[str]
) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)

    said = [line.partition(" is ")[0].removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]
    assert said == parameters


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"endpoint": None}, "endpoint is None, must be an endpoint's construct, a reference or its name"),
    ({"role": "arn:aws:iam::111111111111:role/shop"}, "must be a role, such as Role.from_role_arn(self, 'Role', arn)"),
    ({"schedule": "now"}, "schedule is 'now', must be a Schedule, such as Schedule.start_now(for_=Duration.days(7))"),
    (
        {"schedule": Schedule(duration=cast("Any", timedelta(days=7)))},
        "schedule.duration is datetime.timedelta(days=7), must be an aws_cdk.Duration, such as Duration.days(7)",
    ),
    ({"on_delete": Conclusion.cancel()}, "must be an OnDelete, such as OnDelete(conclusion=Conclusion.cancel())"),
    ({"on_delete": OnDelete(conclusion=cast("Any", None))}, "on_delete.conclusion is None, must be a Conclusion"),
    ({"service_timeout": 5}, "service_timeout is 5, must be an aws_cdk.Duration, such as Duration.minutes(30)"),
    (
        {"shadow_variant": ModelVariant(model=cast("Any", None), variant_name="S", instance_type="ml.m5.large")},
        "shadow_variant.model is None, must be a model's construct, a reference or its name",
    ),
    ({"kms_key": 5}, "kms_key is 5, must be a key's construct, a reference, its id, ARN or alias"),
    ({"tags": {"team": 5}}, "tags is {'team': 5}, must be a map of strings to strings"),
    ({"conclusion": Conclusion(desired_variants=cast("Any", "all"))}, "must be a tuple of ModelVariants"),
    (
        {"removal_policy": RemovalPolicy.SNAPSHOT},
        "removal_policy is <RemovalPolicy.SNAPSHOT: 'SNAPSHOT'>, must be RemovalPolicy.DESTROY, RETAIN or",
    ),
]


@pytest.mark.parametrize(("given", "words"), WRONG_TYPES)
def test_what_is_given_where_something_else_has_to_be_is_said_with_the_way_out(
    declared: Any, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**given)

    assert words in str(raised.value)


def test_all_that_is_given_where_something_else_has_to_be_is_said_at_once(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=None, data_capture="s3://captures", provider="arn:aws:lambda:...")

    assert str(raised.value).count("\n  - ") == 3


@pytest.mark.parametrize("value", [("better", "faster"), timedelta(days=1), object()], ids=["tuple", "time", "object"])
def test_what_cannot_be_sent_to_cdk_is_refused_like_anything_else(declared: Any, value: Any) -> None:
    with pytest.raises(
        InvalidExperimentError, match=r"description \(Description\) is .*, must be up to 1024 characters"
    ):
        declared.experiment(description=value)


def test_whole_numbers_may_come_as_text(declared: Any) -> None:
    as_text: Any = {
        name: str(count) for name, count in (("sampling", 30), ("production", 2), ("shadow", 3), ("end", 4))
    }
    rendered = declared.rendered(
        sampling_percentage=as_text["sampling"],
        production_variant=replace(PRODUCTION, instance_count=as_text["production"]),
        shadow_variant=replace(SHADOW, instance_count=as_text["shadow"]),
        conclusion=Conclusion.promote_shadow(instance_count=as_text["end"]),
    )

    assert rendered == type(declared)().rendered(
        sampling_percentage=30,
        production_variant=replace(PRODUCTION, instance_count=2),
        shadow_variant=replace(SHADOW, instance_count=3),
        conclusion=Conclusion.promote_shadow(instance_count=4),
    )


@pytest.mark.parametrize("value", ["30.5", "abc", "", " 30", "٣"])
def test_other_text_is_no_number(declared: Any, value: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            sampling_percentage=value, shadow_variant=replace(SHADOW, instance_count=value), conclusion=None
        )

    for parameter in ("sampling_percentage", "shadow_variant.instance_count"):
        assert f"  - {parameter} is {value!r}, must be an integer, also in text such as '30'" in str(raised.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(declared: Any, value: float) -> None:
    with pytest.raises(InvalidExperimentError, match=f"sampling_percentage is {value}, must be an integer"):
        declared.experiment(sampling_percentage=value)


def test_a_time_beyond_the_calendar_is_refused(declared: Any) -> None:
    start = datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))

    with pytest.raises(InvalidExperimentError, match=r"start \(StartTime\) is '0001-01-01T00:00:00\+05:00', must be"):
        declared.experiment(schedule=Schedule.start_at(start))


def test_durations_that_are_tokens_have_the_unit_that_is_wanted(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    assert declared.rendered(service_timeout=Duration.seconds(number))["ServiceTimeout"] == {"Ref": "Number"}


def test_durations_that_cannot_be_told_are_refused_along_with_the_rest(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            schedule=Schedule.start_now(for_=Duration.millis(number)),
            service_timeout=Duration.minutes(number),
            sampling_percentage=101,
        )

    for words in (
        "schedule.duration is a token in millis, must be one in days, hours, minutes or seconds",
        "service_timeout is a token in minutes, must be one in seconds",
        "sampling_percentage (SamplingPercentage) is 101",
    ):
        assert words in str(raised.value)


def test_a_timeout_is_of_whole_seconds(declared: Any) -> None:
    with pytest.raises(
        InvalidExperimentError, match=r"service_timeout \(ServiceTimeout\) is 1\.5, must be an integer from 1 to 3600"
    ):
        declared.experiment(service_timeout=Duration.millis(1500))


def test_a_run_beside_a_given_name_is_refused(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError, match="give another Name instead"):
        declared.experiment(experiment_name="mine", run="2")


def test_nothing_is_made_of_a_declaration_that_is_refused(declared: Any) -> None:
    with pytest.raises(InvalidExperimentError):
        declared.experiment(sampling_percentage=101)

    declared.template.resource_count_is("AWS::Lambda::Function", 0)


@pytest.mark.parametrize("ends", [{"conclusion": Conclusion.promote_shadow()}, {"on_delete": OnDelete()}], ids=str)
def test_a_name_that_is_not_known_yet_cannot_be_a_key(declared: Any, ends: dict[str, Any]) -> None:
    shadow = ModelVariant(
        model="challenger", variant_name=Token.as_string({"Ref": "Name"}), instance_type="ml.m5.xlarge"
    )
    assert declared.rendered(shadow_variant=shadow)

    with pytest.raises(InvalidExperimentError, match=r"shadow_variant\.variant_name is a token, must be a lit"):
        declared.experiment("Ending", shadow_variant=shadow, **ends)


@pytest.mark.parametrize(
    ("tags", "problem"),
    [
        ({"not:possible?": "x"}, "a key of tags \\(Tags\\) is 'not:possible\\?'"),
        ({f"tag-{index}": "x" for index in range(44)}, "tags \\(Tags\\) has 44 entries, must be a list of 0 to 43"),
        ({"sagemaker-inference-experiment:stack-id": "mine"}, "must not start with aws: or"),
    ],
    ids=["a key", "too many", "reserved"],
)
def test_tags_of_the_app_are_checked_at_synth(declared: Any, tags: dict[str, str], problem: str) -> None:
    declared.experiment()
    for key, value in tags.items():
        Tags.of(declared.app).add(key, value)

    with pytest.raises(RuntimeError, match=problem):
        declared.app.synth()


def config(declared: Any, *variants: dict[str, Any], **more: Any) -> aws_sagemaker.CfnEndpointConfig:
    return aws_sagemaker.CfnEndpointConfig(
        declared.stack,
        "Config",
        production_variants=[
            aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                model_name="champion", initial_variant_weight=1, **variant
            )
            for variant in variants
        ],
        **more,
    )


ON_INSTANCES = {"variant_name": "AllTraffic", "instance_type": "ml.m5.xlarge", "initial_instance_count": 1}
SERVERLESS = {
    "variant_name": "AllTraffic",
    "serverless_config": aws_sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
        max_concurrency=5, memory_size_in_mb=1024
    ),
}
ASYNCHRONOUS = {
    "async_inference_config": aws_sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty(
        output_config=aws_sagemaker.CfnEndpointConfig.AsyncInferenceOutputConfigProperty(s3_output_path="s3://out")
    )
}
EXCLUDED_ENDPOINTS: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([ON_INSTANCES], ASYNCHRONOUS, "is asynchronous (AsyncInferenceConfig), must be a real-time endpoint"),
    ([SERVERLESS], {}, "has serverless variant 'AllTraffic' (ServerlessConfig), must run on instances"),
    (
        [ON_INSTANCES, ON_INSTANCES | {"variant_name": "Other"}],
        {},
        "has 2 production variants ('AllTraffic', 'Other'), must have exactly one",
    ),
]


def endpoint_with(declared: Any, variants: list[dict[str, Any]], more: dict[str, Any]) -> aws_sagemaker.CfnEndpoint:
    name = config(declared, *variants, **more).attr_endpoint_config_name
    return aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name=name)


@pytest.mark.parametrize(
    ("variants", "more", "problem"), EXCLUDED_ENDPOINTS, ids=["asynchronous", "serverless", "several variants"]
)
def test_an_endpoint_of_the_app_that_has_no_shadow_tests_is_refused(
    declared: Any, variants: list[dict[str, Any]], more: dict[str, Any], problem: str
) -> None:
    endpoint = endpoint_with(declared, variants, more)

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(endpoint=endpoint)

    assert f"endpoint configuration Demo/Config {problem}" in str(raised.value)


@pytest.mark.parametrize("literal", [False, True], ids=["by a reference", "by a literal name"])
def test_an_endpoint_is_known_by_the_names_that_the_app_gives(declared: Any, literal: bool) -> None:
    serverless = config(declared, SERVERLESS, endpoint_config_name="shop-config")
    named = serverless.endpoint_config_name if literal else serverless.attr_endpoint_config_name
    endpoint = aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name=named or "")

    with pytest.raises(InvalidExperimentError, match="has serverless variant 'AllTraffic'"):
        declared.experiment(endpoint=endpoint.attr_endpoint_name)


def test_a_test_that_is_over_may_have_any_endpoint(declared: Any) -> None:
    endpoint = endpoint_with(declared, [SERVERLESS], {})

    assert declared.rendered(endpoint=endpoint, conclusion=Conclusion.remove_shadow())


def test_an_endpoint_of_the_app_that_can_be_shadowed_passes(declared: Any) -> None:
    endpoint = endpoint_with(declared, [ON_INSTANCES], {})

    assert declared.rendered(endpoint=endpoint)


def test_an_endpoint_whose_configuration_is_only_named_passes(declared: Any) -> None:
    endpoint = aws_sagemaker.CfnEndpoint(
        declared.stack, "Endpoint", endpoint_config_name=f"{CfnParameter(declared.stack, 'Of').value_as_string}-config"
    )

    assert declared.rendered(endpoint=endpoint)


def container(**more: Any) -> aws_sagemaker.CfnModel.ContainerDefinitionProperty:
    return aws_sagemaker.CfnModel.ContainerDefinitionProperty(image="image", **more)


DIRECT = aws_sagemaker.CfnModel.InferenceExecutionConfigProperty(mode="Direct")


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"containers": [container(), container()]}, "has 2 containers, must have one"),
        ({"containers": [container(mode="MultiModel")]}, "has Mode MultiModel, must be a single model"),
        ({"primary_container": container(mode="MultiModel")}, "has Mode MultiModel, must be a single model"),
        (
            {"primary_container": container(), "inference_execution_config": DIRECT},
            "has an InferenceExecutionConfig, which is for several containers",
        ),
    ],
    ids=["several containers", "multi-model", "multi-model, alone", "called one by one"],
)
def test_a_model_of_the_app_that_has_no_shadow_tests_is_refused(
    declared: Any, parameters: dict[str, Any], problem: str
) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", **parameters)
    shadow = ModelVariant(model=model, variant_name="Shadow-01", instance_type="ml.m5.xlarge")

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(shadow_variant=shadow)

    assert f"model Demo/Model of the shadow variant {problem}" in str(raised.value)


@pytest.mark.parametrize(
    "parameters",
    [{"primary_container": container(mode="SingleModel")}, {"containers": [container()]}],
    ids=["primary", "in a list"],
)
def test_a_model_of_the_app_with_one_container_passes(declared: Any, parameters: dict[str, Any]) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", **parameters)

    assert declared.rendered(
        production_variant=ModelVariant(model=model, variant_name="AllTraffic", instance_type="ml.m5.xlarge")
    )


def test_a_model_is_known_by_its_attribute(declared: Any) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", containers=[container(), container()])
    shadow = ModelVariant(model=model.attr_model_name, variant_name="Shadow-01", instance_type="ml.m5.xlarge")

    with pytest.raises(InvalidExperimentError, match="has 2 containers"):
        declared.experiment(shadow_variant=shadow)


EMPTY = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge", instance_count=0)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"conclusion": Conclusion.promote_shadow(instance_count=0)}, "conclusion"),
        ({"conclusion": Conclusion.promote_shadow(), "shadow_variant": EMPTY}, "conclusion"),
        ({"on_delete": OnDelete(conclusion=Conclusion.promote_shadow(instance_count=0))}, "on_delete.conclusion"),
    ],
    ids=["said so", "as it is", "on delete"],
)
def test_a_shadow_without_instances_is_not_promoted(declared: Any, given: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidExperimentError, match=f"  - {where} promotes the shadow variant with 0 instances"):
        declared.experiment(**given)


def test_a_shadow_without_instances_may_get_some_with_the_promotion(declared: Any) -> None:
    assert declared.rendered(shadow_variant=EMPTY, conclusion=Conclusion.promote_shadow(instance_count=1))


def other_environment(declared: Any, **place: str) -> Stack:
    here = {"account": "111122223333", "region": "eu-west-1"}
    return Stack(declared.app, "Elsewhere", env=Environment(**{**here, **place}), cross_region_references=True)


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ({"region": "us-east-1"}, "the provider's region is 'us-east-1', must be the experiment's own, 'eu-west-1'"),
        ({"account": "222222222222"}, "the provider's account is '222222222222', must be the experiment's own, '1111"),
    ],
    ids=["region", "account"],
)
def test_a_function_of_another_place_is_refused(declared_in_dublin: Any, place: dict[str, str], problem: str) -> None:
    provider = InferenceExperimentProvider(other_environment(declared_in_dublin, **place), "Provider")

    with pytest.raises(InvalidExperimentError, match=problem):
        declared_in_dublin.experiment(provider=provider)


def test_a_role_of_another_account_is_refused(declared_in_dublin: Any) -> None:
    role = aws_iam.Role.from_role_arn(declared_in_dublin.stack, "Role", "arn:aws:iam::222222222222:role/shop")

    with pytest.raises(InvalidExperimentError, match="the role's account is '222222222222', must be the experiment's"):
        declared_in_dublin.experiment(role=role)


def test_two_experiments_of_a_stack_have_no_name_in_common(declared: Any) -> None:
    declared.experiment("One", experiment_name="shop")

    with pytest.raises(InvalidExperimentError, match="experiment_name is 'Shop', that of Demo/One"):
        declared.experiment("Two", experiment_name="Shop")


def test_experiments_of_several_stacks_may_have_a_name_in_common(declared: Any) -> None:
    declared.experiment("One", experiment_name="shop")

    assert declared.experiment_in(Stack(declared.app, "Other"), "Two", experiment_name="shop")


def test_inf1_instances_are_refused(declared: Any) -> None:
    shadow = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.inf1.xlarge")

    with pytest.raises(InvalidExperimentError, match="SageMaker runs no shadow tests on Inf1 instances"):
        declared.experiment(shadow_variant=shadow)


def test_what_the_app_shows_is_said_along_with_the_rest(declared: Any) -> None:
    endpoint = endpoint_with(declared, *EXCLUDED_ENDPOINTS[2][:2])
    model = aws_sagemaker.CfnModel(declared.stack, "Model", containers=[container(), container()])

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            endpoint=endpoint,
            sampling_percentage=101,
            production_variant=ModelVariant(model=model, variant_name="AllTraffic", instance_type="ml.m5.xlarge"),
        )

    for words in (
        "sampling_percentage (SamplingPercentage) is 101",
        "has 2 production variants",
        "of the production variant has 2 contain",
    ):
        assert words in str(raised.value)
