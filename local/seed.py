"""The initial resources of ``make local``: a role, two models, and an endpoint that serves one of them."""

from __future__ import annotations

import json
from datetime import timedelta

from local.server import LocalAws

ROLE, ENDPOINT = "sagemaker-execution", "shop-ranking"
CHAMPION, CHALLENGER = "ranking-2025", "ranking-2026"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def seed(aws: LocalAws) -> None:
    """Creates the resources, so that a shadow test can be declared at once."""
    session = aws.session()
    created = session.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    sagemaker = session.client("sagemaker")
    for model in (CHAMPION, CHALLENGER):
        sagemaker.create_model(
            ModelName=model, ExecutionRoleArn=created["Role"]["Arn"], PrimaryContainer={"Image": "image"}
        )
    serving = {
        "VariantName": "AllTraffic",
        "ModelName": CHAMPION,
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1.0,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=ENDPOINT, ProductionVariants=[serving])
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=ENDPOINT)
    # Until the endpoint is in service.
    aws.control.advance(timedelta(hours=1) / aws.speed)
