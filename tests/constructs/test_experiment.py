"""What a declaration becomes in the template."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import jsii
import pytest
from aws_cdk import (
    Duration,
    RemovalPolicy,
    Stack,
    Tags,
    aws_iam,
    aws_kms,
    aws_sagemaker,
)
from aws_cdk.assertions import Match, Template
from aws_cdk.interfaces.aws_sagemaker import EndpointReference, IEndpointRef, IModelRef, ModelReference

from inference_experiment_handler.spec.parser import faults_in
from sagemaker_inference_experiment import (
    Conclusion,
    DataCapture,
    DesiredState,
    InferenceExperimentProvider,
    ModelVariant,
    OnDelete,
    Schedule,
    VariantAction,
    WaitFor,
)
from tests.support.experiments import RESOURCE_TYPE, experiment_in, rendered_in

PROMOTED = {"AllTraffic": "Remove", "Shadow-01": "Promote"}


def infrastructure(count: int = 1) -> dict[str, Any]:
    return {
        "InfrastructureType": "RealTimeInference",
        "RealTimeInferenceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": count},
    }


def test_the_least_that_can_be_declared(declared: Any) -> None:
    properties = declared.rendered()

    assert properties.pop("ServiceToken")
    assert properties.pop("RoleArn")
    assert properties == {
        "Type": "ShadowMode",
        "EndpointName": "shop",
        "ModelVariants": [
            {"ModelName": "champion", "VariantName": "AllTraffic", "InfrastructureConfig": infrastructure()},
            {"ModelName": "challenger", "VariantName": "Shadow-01", "InfrastructureConfig": infrastructure()},
        ],
        "ShadowModeConfig": {
            "SourceModelVariantName": "AllTraffic",
            "ShadowModelVariants": [{"ShadowModelVariantName": "Shadow-01", "SamplingPercentage": 10}],
        },
    }


def test_all_that_can_be_declared(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")

    properties = declared.rendered(
        experiment_name="mine",
        schedule=Schedule.start_at(
            datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))), until=datetime(2030, 1, 2, tzinfo=UTC)
        ),
        data_capture=DataCapture(
            destination="s3://captures/shop",
            kms_key="alias/captures",
            csv_content_types=["text/csv"],
            json_content_types=("application/json",),
        ),
        kms_key=key,
        description="Is it as good?",
        conclusion=Conclusion.promote_shadow(reason="it is", instance_count=4),
        on_delete=OnDelete(conclusion=Conclusion.retain_both(reason="for later"), keep_record=True),
        adopt_existing=True,
        wait_for=WaitFor.CREATED,
        tags={"team": "search"},
        service_timeout=Duration.minutes(50),
    )

    assert properties["Name"] == "mine"
    assert properties["Schedule"] == {"StartTime": "2030-01-01T10:00:00Z", "EndTime": "2030-01-02T00:00:00Z"}
    assert properties["DataStorageConfig"] == {
        "Destination": "s3://captures/shop",
        "KmsKey": "alias/captures",
        "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
    assert properties["KmsKey"] == {"Fn::GetAtt": [the_key(declared), "Arn"]}
    assert properties["Description"] == "Is it as good?"
    assert properties["DesiredState"] == "Completed"
    assert properties["ModelVariantActions"] == PROMOTED
    assert properties["Reason"] == "it is"
    assert properties["DesiredModelVariants"] == [
        {"ModelName": "challenger", "VariantName": "Shadow-01", "InfrastructureConfig": infrastructure(count=4)}
    ]
    assert properties["OnDelete"] == {
        "ModelVariantActions": {"AllTraffic": "Retain", "Shadow-01": "Retain"},
        "DesiredState": "Completed",
        "Reason": "for later",
        "Record": "Retain",
    }
    assert properties["AdoptExisting"] is True
    assert properties["WaitFor"] == "Created"
    assert properties["Tags"] == [{"Key": "team", "Value": "search"}]
    assert properties["ServiceTimeout"] == 3000
    known = {
        name: value for name, value in properties.items() if not isinstance(value, dict) or "Fn::GetAtt" not in value
    }
    assert faults_in(known | {"RoleArn": "arn:aws:iam::123456789012:role/x"}, opaque=lambda _: False) == ()


def the_key(declared: Any) -> str:
    (logical_id,) = declared.template.find_resources("AWS::KMS::Key")
    return str(logical_id)


@pytest.mark.parametrize(
    ("schedule", "rendered"),
    [
        (Schedule.start_now(), None),
        (Schedule.start_now(for_=Duration.days(7)), {"Duration": "P7D"}),
        (Schedule.start_now(for_=Duration.minutes(90)), {"Duration": "PT1H30M"}),
        (Schedule.start_now(until="2030-01-01T00:00:00Z"), {"EndTime": "2030-01-01T00:00:00Z"}),
        (
            Schedule.start_at("2030-01-01T00:00:00Z", for_=Duration.hours(36)),
            {"StartTime": "2030-01-01T00:00:00Z", "Duration": "P1DT12H"},
        ),
    ],
    ids=["undeclared", "for days", "for minutes", "until", "from, for"],
)
def test_schedules(declared: Any, schedule: Schedule, rendered: dict[str, str] | None) -> None:
    assert declared.rendered(schedule=schedule).get("Schedule") == rendered


@pytest.mark.parametrize(
    ("conclusion", "rendered"),
    [
        (Conclusion.promote_shadow(), {"DesiredState": "Completed", "ModelVariantActions": PROMOTED}),
        (
            Conclusion.remove_shadow(reason="slow"),
            {
                "DesiredState": "Completed",
                "ModelVariantActions": {"AllTraffic": "Retain", "Shadow-01": "Remove"},
                "Reason": "slow",
            },
        ),
        (
            Conclusion.cancel(),
            {"DesiredState": "Cancelled", "ModelVariantActions": {"AllTraffic": "Retain", "Shadow-01": "Remove"}},
        ),
        (
            Conclusion(
                production=VariantAction.RETAIN, shadow=VariantAction.RETAIN, desired_state=DesiredState.CANCELLED
            ),
            {"DesiredState": "Cancelled", "ModelVariantActions": {"AllTraffic": "Retain", "Shadow-01": "Retain"}},
        ),
        (
            Conclusion(shadow=VariantAction.RETAIN, shadow_instance_count=3),
            {
                "DesiredModelVariants": [
                    {"ModelName": "champion", "VariantName": "AllTraffic", "InfrastructureConfig": infrastructure()},
                    {
                        "ModelName": "challenger",
                        "VariantName": "Shadow-01",
                        "InfrastructureConfig": infrastructure(count=3),
                    },
                ]
            },
        ),
    ],
    ids=["promote", "remove", "cancel", "by hand", "retain a bigger shadow"],
)
def test_conclusions(declared: Any, conclusion: Conclusion, rendered: dict[str, Any]) -> None:
    properties = declared.rendered(conclusion=conclusion)

    assert {key: properties[key] for key in rendered} == rendered


def test_constructs_are_taken_for_endpoint_and_models(declared: Any) -> None:
    model = aws_sagemaker.CfnModel(declared.stack, "Model", execution_role_arn="arn:aws:iam::123456789012:role/x")
    endpoint = aws_sagemaker.CfnEndpoint(declared.stack, "Endpoint", endpoint_config_name="config")

    properties = declared.rendered(
        endpoint=endpoint,
        shadow_variant=ModelVariant(model=model, variant_name="Shadow-01", instance_type="ml.m5.xlarge"),
    )

    assert properties["EndpointName"] == {"Fn::GetAtt": ["Endpoint", "EndpointName"]}
    assert properties["ModelVariants"][1]["ModelName"] == {"Fn::GetAtt": ["Model", "ModelName"]}


def test_references_are_taken_by_their_arn(declared: Any) -> None:
    # Less than its interface asks for: no more than the reference is needed.
    endpoint, model = Endpoint(), cast("IModelRef", Model())

    properties = declared.rendered(
        endpoint=endpoint,
        shadow_variant=ModelVariant(model=model, variant_name="Shadow-01", instance_type="ml.m5.xlarge"),
    )

    assert properties["EndpointName"] == "shop"
    assert properties["ModelVariants"][1]["ModelName"] == "challenger"


@jsii.implements(IEndpointRef)
class Endpoint:
    """An endpoint of another library's, of which only the reference is known."""

    @property
    def endpoint_ref(self) -> EndpointReference:
        return EndpointReference(endpoint_arn="arn:aws:sagemaker:us-east-1:123456789012:endpoint/shop")


@jsii.implements(IModelRef)
class Model:
    """A model of another library's."""

    @property
    def model_ref(self) -> ModelReference:
        return ModelReference(model_arn="arn:aws:sagemaker:us-east-1:123456789012:model/challenger")


def test_tags_of_the_app_reach_the_experiment(declared: Any) -> None:
    declared.experiment(tags={"team": "search"})
    Tags.of(declared.app).add("stage", "dev")

    assert declared.properties()["Tags"] == [{"Key": "stage", "Value": "dev"}, {"Key": "team", "Value": "search"}]


def test_attributes_are_the_custom_resources(declared: Any) -> None:
    experiment = declared.experiment()
    (logical_id,) = declared.template.find_resources(RESOURCE_TYPE)

    resolved = declared.stack.resolve
    assert resolved(experiment.experiment_name) == {"Ref": logical_id}
    assert resolved(experiment.experiment_arn) == {"Fn::GetAtt": [logical_id, "Arn"]}
    assert resolved(experiment.experiment_status) == {"Fn::GetAtt": [logical_id, "Status"]}
    assert resolved(experiment.status_reason) == {"Fn::GetAtt": [logical_id, "StatusReason"]}
    assert resolved(experiment.start_time) == {"Fn::GetAtt": [logical_id, "StartTime"]}
    assert resolved(experiment.end_time) == {"Fn::GetAtt": [logical_id, "EndTime"]}
    assert resolved(experiment.endpoint_name) == {"Fn::GetAtt": [logical_id, "EndpointName"]}
    assert resolved(experiment.endpoint_config_name) == {"Fn::GetAtt": [logical_id, "EndpointConfigName"]}
    assert "Attributes" not in declared.properties()


def test_the_verdict_is_an_attribute_and_an_update_asks_for_it(declared: Any) -> None:
    experiment = declared.experiment()

    assert declared.stack.resolve(experiment.gate)["Fn::GetAtt"][1] == "Gate"
    assert declared.properties()["Attributes"] == ["Gate"]


def test_every_attribute_that_is_new_is_asked_for(declared: Any) -> None:
    experiment = declared.experiment()
    experiment.alarm_ends_soon(declared.stack, "EndsSoon", before=Duration.days(1))
    for _ in range(2):
        assert experiment.gate

    assert declared.properties()["Attributes"] == ["Gate", "ScheduledEndEpoch"]


@pytest.mark.parametrize(
    ("policy", "rendered"), [(None, "Delete"), (RemovalPolicy.DESTROY, "Delete"), (RemovalPolicy.RETAIN, "Retain")]
)
def test_removal_policy(declared: Any, policy: RemovalPolicy | None, rendered: str) -> None:
    declared.experiment(removal_policy=policy)

    declared.template.has_resource(RESOURCE_TYPE, {"DeletionPolicy": rendered, "UpdateReplacePolicy": rendered})


def test_the_experiment_waits_for_what_its_life_depends_on(declared: Any) -> None:
    declared.role.add_to_policy(aws_iam.PolicyStatement(actions=["s3:PutObject"], resources=["*"]))
    declared.experiment()

    depends_on = " ".join(rendered_in(declared.template)["DependsOn"])
    assert "HandOver" in depends_on
    assert "SageMakerRoleDefaultPolicy" in depends_on


def test_an_experiment_may_be_in_another_stack_than_its_provider(declared: Any) -> None:
    provider = declared.experiment().provider
    other = Stack(declared.app, "Other")

    declared.experiment_in(other, "ShadowTest", provider=provider)

    template = Template.from_stack(other)
    template.resource_count_is("AWS::Lambda::Function", 0)
    template.has_resource_properties(RESOURCE_TYPE, {"ServiceToken": Match.any_value()})


def test_the_provider_passes_a_role_of_another_stack_without_a_cycle(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Shared")
    other = Stack(declared.app, "Other")
    role = aws_iam.Role(other, "SageMakerRole", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"))
    for id in ("One", "Two"):
        experiment_in(other, id, role=role, provider=provider)

    template = Template.from_stack(other)

    (name, policy) = next(iter(template.find_resources("AWS::IAM::Policy").items()))
    assert "iam:PassRole" in [each["Action"] for each in policy["Properties"]["PolicyDocument"]["Statement"]]
    for resource in template.find_resources(RESOURCE_TYPE).values():
        assert name in resource["DependsOn"]
    assert "iam:PassRole" not in str(declared.template.to_json())
