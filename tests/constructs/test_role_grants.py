"""The grants of an experiment's role: created once, before the experiment, and deleted after it."""

import json
from typing import Any

from aws_cdk import aws_iam, aws_kms, aws_s3

from sagemaker_inference_experiment import DataCapture
from tests.support.experiments import RESOURCE_TYPE, rendered_in
from tests.support.policies import role_grants, statements_of


def test_what_is_granted_is_there_before_the_experiment(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    declared.role.add_to_policy(aws_iam.PolicyStatement(actions=["s3:PutObject"], resources=["arn:aws:s3:::shop/*"]))

    declared.experiment(kms_key=key)

    needed = rendered_in(declared.template)["DependsOn"]
    assert any(id.startswith("SageMakerRoleDefaultPolicy") for id in needed)
    assert set(role_grants(declared.template)) <= set(needed)


def test_what_several_experiments_need_is_granted_once(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    bucket = aws_s3.Bucket(declared.stack, "Captures", encryption_key=key)

    for number in range(3):
        declared.experiment(f"Test{number}", kms_key=key, data_capture=DataCapture(destination=bucket, kms_key=key))

    granted = [json.dumps(each) for each in statements_of(role_grants(declared.template).values())]
    assert len(granted) == len(set(granted)) == 4


def test_a_role_and_another_import_of_it_are_granted_apart(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    roles = [
        aws_iam.Role.from_role_arn(declared.stack, id, "arn:aws:iam::123456789012:role/shop", mutable=mutable)
        for id, mutable in (("Changed", True), ("Unchanged", False))
    ]

    for number, role in enumerate(roles):
        declared.experiment(f"Test{number}", role=role, kms_key=key)

    assert len(role_grants(declared.template)) == 1
    (resource,) = declared.template.find_resources("AWS::KMS::Key").values()
    assert len(resource["Properties"]["KeyPolicy"]["Statement"]) == 2


def test_what_one_experiment_needs_goes_after_it_whatever_others_stay(declared: Any) -> None:
    first, second = (aws_kms.Key(declared.stack, id) for id in ("First", "Second"))
    declared.experiment("One", kms_key=first)
    declared.experiment("Two", kms_key=second)

    # A policy that both shared would be shortened, which comes before the removal of what the template has no more.
    policies = role_grants(declared.template)
    assert len(policies) == 2
    for experiment in declared.template.find_resources(RESOURCE_TYPE).values():
        (needed,) = set(policies) & set(experiment["DependsOn"])
        granted = [each["Resource"] for each in statements_of([policies[needed]])]
        assert experiment["Properties"]["KmsKey"] in granted
