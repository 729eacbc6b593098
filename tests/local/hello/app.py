"""A hello-world of a custom resource, steered by a parameter of its template."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, CfnOutput, CfnParameter, CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

app = App()
stack = Stack(app, "Hello")
name = CfnParameter(stack, "Name", default="world")
function = lambda_.Function(
    stack,
    "Handler",
    runtime=lambda_.Runtime.PYTHON_3_12,
    handler="index.handler",
    code=lambda_.Code.from_asset(str(Path(__file__).parent / "handler")),
    timeout=Duration.seconds(30),
    log_group=logs.LogGroup(stack, "Log", removal_policy=RemovalPolicy.DESTROY),
)
greeting = CustomResource(
    stack,
    "Greeting",
    resource_type="Custom::Greeting",
    service_token=function.function_arn,
    properties={"Name": name.value_as_string, "Loud": True, "Times": 2},
)
CfnOutput(stack, "Text", value=greeting.get_att_string("Text"))
app.synth()
