"""``python -m tools.provider_template``: writes the template of `shadowtest provider-template` from the construct."""

import json
import tempfile
from pathlib import Path
from typing import Any, cast

import yaml
from aws_cdk import (
    App,
    CfnCondition,
    CfnOutput,
    CfnParameter,
    CfnResource,
    DefaultStackSynthesizer,
    Duration,
    Fn,
    Stack,
    aws_iam,
    aws_lambda,
    aws_logs,
)

from sagemaker_inference_experiment import InferenceExperimentProvider
from sagemaker_inference_experiment._permissions import EVIDENCE, read_evidence, take_over
from sagemaker_inference_experiment._role_policy import RolePolicy

TEMPLATE = Path(__file__).parents[1] / "cli" / "shadowtest" / "provider_template" / "template.yaml"
_HEAD = "# Written by `shadowtest provider-template`. Synthesised from the CDK construct InferenceExperimentProvider.\n"
_NAME = "ShadowTestProvider"
_RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
"""The days for which CloudWatch Logs can keep a log."""
_CONTEXT = {"aws:cdk:enable-path-metadata": False, "aws:cdk:enable-asset-metadata": False}


def main() -> None:
    TEMPLATE.write_text(rendered())


def rendered() -> str:
    """The whole file."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder, context=_CONTEXT, analytics_reporting=False)
        _fill(Stack(app, _NAME, synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False)))
        template = app.synth().get_stack_by_name(_NAME).template
    for resource in template["Resources"].values():
        _depend_once(resource)
    return _HEAD + yaml.safe_dump(template, sort_keys=False, width=120)


def _depend_once(resource: dict[str, Any]) -> None:
    """Removes dependencies to which the properties already refer, of which cfn-lint warns."""
    if "DependsOn" in resource:
        said = json.dumps(resource["Properties"])
        resource["DependsOn"] = [each for each in resource["DependsOn"] if f'"Fn::GetAtt": ["{each}"' not in said]


def _fill(stack: Stack) -> None:
    """Passes the parameters to the construct as tokens. Where it accepts none, they are set on its resources."""
    stack.template_options.template_format_version = "2010-09-09"
    stack.template_options.description = (
        "The function behind Custom::SageMakerInferenceExperiment: Amazon SageMaker shadow tests as code"
    )
    code = _code(stack)
    roles = _arns(stack, "ExperimentRoleArns", r"iam::\d{12}:role/", "Roles that experiments may name as RoleArn")
    adopted = _arns(
        stack,
        "AdoptedExperimentArns",
        r"sagemaker:[a-z0-9-]+:\d{12}:inference-experiment/",
        "Existing experiments that may be taken over (AdoptExisting)",
        optional=True,
    )
    gates = CfnParameter(
        stack,
        "PromotionGates",
        default="Disabled",
        allowed_values=["Enabled", "Disabled"],
        description="Enabled lets experiments have PromoteIf: the function may then read all metrics and alarms",
    )
    poll = _number(stack, "PollSeconds", 5, "How often a waiting function looks again", min_value=1, max_value=60)
    retention = _number(
        stack, "LogRetentionDays", 30, "For how many days the log is kept", allowed_values=[*map(str, _RETENTION)]
    )
    provider = InferenceExperimentProvider(
        stack,
        "Provider",
        poll_interval=Duration.seconds(poll.value_as_number),
        permissions_boundary=_boundary(stack),
    )
    cast("aws_lambda.CfnFunction", provider.function.node.default_child).code = code
    cast("aws_logs.CfnLogGroup", provider.log_group.node.default_child).retention_in_days = retention.value_as_number
    # One role whose ARN is the list of all ARNs, because the Resource of a policy accepts a list.
    provider.serve_templates(aws_iam.Role.from_role_arn(stack, "ExperimentRoles", Fn.ref(roles.logical_id)))
    _let_adopt(stack, provider, adopted)
    _let_read_evidence(stack, provider, gates)
    _let_end_on_alarms(stack, provider)
    CfnOutput(
        stack,
        "ServiceToken",
        value=provider.service_token,
        description="What experiments name as ServiceToken",
        export_name=_NAME,
    )


def _code(stack: Stack) -> aws_lambda.CfnFunction.CodeProperty:
    bucket = CfnParameter(stack, "CodeBucket", description="The bucket with the function's code, of this region")
    key = CfnParameter(stack, "CodeKey", description="The key of function.zip in the bucket")
    version = _optional_text(stack, "CodeVersion", description="The version of that object; the newest if empty")
    return aws_lambda.CfnFunction.CodeProperty(
        s3_bucket=bucket.value_as_string, s3_key=key.value_as_string, s3_object_version=version
    )


def _boundary(stack: Stack) -> aws_iam.IManagedPolicy:
    arn = _optional_text(
        stack,
        "PermissionsBoundaryArn",
        description="A managed policy, as the boundary of the function's role; none if empty",
    )
    return aws_iam.ManagedPolicy.from_managed_policy_arn(stack, "PermissionsBoundary", arn)


def _let_adopt(stack: Stack, provider: InferenceExperimentProvider, arns: CfnParameter) -> None:
    policy = RolePolicy(provider, "Adopting", cast("aws_iam.Role", provider.role))
    policy.add(take_over(*arns.value_as_list))
    resource = cast("CfnResource", policy.construct.node.default_child)
    # Without ARNs there is nothing to allow. The first item of an empty list is an empty string.
    resource.cfn_options.condition = _given(stack, arns, Fn.select(0, arns.value_as_list))


def _let_read_evidence(stack: Stack, provider: InferenceExperimentProvider, gates: CfnParameter) -> None:
    policy = RolePolicy(provider, "Evidence", cast("aws_iam.Role", provider.role))
    for operation in EVIDENCE:
        policy.add(read_evidence(operation))
    resource = cast("CfnResource", policy.construct.node.default_child)
    resource.cfn_options.condition = CfnCondition(
        stack, "PromotionGatesEnabled", expression=Fn.condition_equals(gates.value_as_string, "Enabled")
    )


def _let_end_on_alarms(stack: Stack, provider: InferenceExperimentProvider) -> None:
    parameter = CfnParameter(
        stack,
        "Guardrails",
        default="Disabled",
        allowed_values=["Enabled", "Disabled"],
        description="Whether rules may end experiments when an alarm rings",
    )
    declared = CfnCondition(
        stack, "GuardrailsEnabled", expression=Fn.condition_equals(parameter.value_as_string, "Enabled")
    )
    before = {each.node.path for each in provider.node.find_all()}
    queue = provider._guard()
    for construct in provider.node.find_all():
        if isinstance(construct, CfnResource) and construct.node.path not in before:
            construct.cfn_options.condition = declared
    invoked = provider.function.node.find_child("EventInvokeConfig").node.default_child
    config = cast("aws_lambda.CfnEventInvokeConfig", invoked)
    config.destination_config = Fn.condition_if(
        declared.logical_id,
        {"OnFailure": {"Destination": queue.queue_arn}},
        Fn.ref("AWS::NoValue"),
    )
    output = CfnOutput(
        stack,
        "DeadLetterQueue",
        value=queue.queue_arn,
        description="Where rules and the function send what has failed",
        export_name=f"{_NAME}DeadLetters",
    )
    output.condition = declared
    # A policy of its own could only be a condition's, and what depends on it would depend on nothing without it.
    policy = cast("aws_iam.CfnPolicy", provider.node.find_child("HandOver").node.default_child)
    document = stack.resolve(policy.policy_document)
    invoke_itself, *more = document["Statement"]
    optional = [Fn.condition_if(declared.logical_id, each, Fn.ref("AWS::NoValue")) for each in more]
    policy.policy_document = {**document, "Statement": [invoke_itself, *optional]}


def _optional_text(stack: Stack, id: str, **options: Any) -> str:
    parameter = CfnParameter(stack, id, default="", **options)
    given = _given(stack, parameter, parameter.value_as_string)
    return Fn.condition_if(given.logical_id, parameter.value_as_string, Fn.ref("AWS::NoValue")).to_string()


def _given(stack: Stack, parameter: CfnParameter, value: str) -> CfnCondition:
    return CfnCondition(stack, f"{parameter.node.id}Given", expression=Fn.condition_not(Fn.condition_equals(value, "")))


def _arns(stack: Stack, id: str, kind: str, description: str, *, optional: bool = False) -> CfnParameter:
    """A parameter with a list of ARNs, each of one resource."""
    pattern = rf"arn:[a-z-]+:{kind}[\w+=.@/-]+"
    return CfnParameter(
        stack,
        id,
        type="CommaDelimitedList",
        description=f"{description}, by their ARNs",
        allowed_pattern=f"({pattern})?" if optional else pattern,
        constraint_description="must be ARNs, with commas between them and without wildcards",
        default="" if optional else None,
    )


def _number(stack: Stack, id: str, default: int, description: str, **options: Any) -> CfnParameter:
    # A string, like the allowed values.
    return CfnParameter(stack, id, type="Number", default=str(default), description=description, **options)


if __name__ == "__main__":
    main()
