"""Where requests and responses are kept, and who may write them there."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack, aws_iam, aws_kms, aws_s3
from aws_cdk.assertions import Template

from sagemaker_inference_experiment import DataCapture, InvalidExperimentError
from tests.constructs.test_warnings import warnings, words
from tests.support.experiments import experiment_in
from tests.support.policies import statements


def statements_about(service: str, template: Template) -> list[dict[str, Any]]:
    return [each for each in statements(template) if f"{service}:" in str(each["Action"])]


def objects_of(bucket: aws_s3.Bucket, pattern: str, declared: Any) -> dict[str, Any]:
    return {"Fn::Join": ["", [declared.stack.resolve(bucket.bucket_arn), f"/{pattern}"]]}


def test_a_bucket_is_a_destination(declared: Any) -> None:
    bucket = aws_s3.Bucket(declared.stack, "Captures")

    properties = declared.rendered(data_capture=DataCapture(destination=bucket))

    assert properties["DataStorageConfig"] == {
        "Destination": {"Fn::Join": ["", ["s3://", declared.stack.resolve(bucket.bucket_name)]]}
    }
    (writing,) = statements_about("s3", declared.template)
    assert "s3:PutObject" in str(writing["Action"])
    assert "s3:GetObject" not in str(writing["Action"])
    assert writing["Resource"] == objects_of(bucket, "*", declared)


def test_the_role_may_write_under_the_prefix_alone(declared: Any) -> None:
    bucket = aws_s3.Bucket(declared.stack, "Captures")

    properties = declared.rendered(data_capture=DataCapture(destination=bucket, prefix="shop/ranking"))

    assert properties["DataStorageConfig"]["Destination"] == {
        "Fn::Join": ["", ["s3://", declared.stack.resolve(bucket.bucket_name), "/shop/ranking"]]
    }
    (writing,) = statements_about("s3", declared.template)
    assert writing["Resource"] == objects_of(bucket, "shop/ranking/*", declared)


def test_the_role_may_use_the_key_that_is_declared(declared: Any) -> None:
    bucket = aws_s3.Bucket(declared.stack, "Captures")
    key = aws_kms.Key(declared.stack, "Key")

    properties = declared.rendered(data_capture=DataCapture(destination=bucket, kms_key=key))

    assert properties["DataStorageConfig"]["KmsKey"] == declared.stack.resolve(key.key_arn)
    (using,) = statements_about("kms", declared.template)
    assert using["Action"] == ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    assert using["Resource"] == declared.stack.resolve(key.key_arn)


def test_the_role_may_use_the_buckets_own_key(declared: Any) -> None:
    bucket = aws_s3.Bucket(declared.stack, "Captures", encryption=aws_s3.BucketEncryption.KMS)

    declared.experiment(data_capture=DataCapture(destination=bucket))

    (using,) = statements_about("kms", declared.template)
    assert bucket.encryption_key is not None
    assert using["Resource"] == declared.stack.resolve(bucket.encryption_key.key_arn)
    assert "kms:GenerateDataKey*" in using["Action"]


def test_the_key_behind_an_alias_of_the_app_is_granted_once(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    alias = aws_kms.Alias(declared.stack, "Alias", alias_name="alias/captures", target_key=key)
    bucket = aws_s3.Bucket(declared.stack, "Captures", encryption_key=alias)

    declared.experiment(data_capture=DataCapture(destination=bucket))

    assert len(statements_about("kms", declared.template)) == 1


def test_a_bucket_of_the_lowest_level_is_granted_too(declared: Any) -> None:
    bucket = aws_s3.CfnBucket(declared.stack, "Captures")

    properties = declared.rendered(data_capture=DataCapture(destination=bucket))

    assert properties["DataStorageConfig"]["Destination"] == {"Fn::Join": ["", ["s3://", {"Ref": "Captures"}]]}
    (writing,) = statements_about("s3", declared.template)
    assert writing["Action"] == ["s3:PutObject", "s3:AbortMultipartUpload"]
    assert writing["Resource"] == {"Fn::Join": ["", [{"Fn::GetAtt": ["Captures", "Arn"]}, "/*"]]}


def test_an_imported_bucket_is_granted_on_the_roles_side(declared: Any) -> None:
    bucket = aws_s3.Bucket.from_bucket_name(declared.stack, "Captures", "captures")

    properties = declared.rendered(data_capture=DataCapture(destination=bucket))

    assert properties["DataStorageConfig"]["Destination"] == "s3://captures"
    assert len(statements_about("s3", declared.template)) == 1


def test_a_location_that_is_only_named_is_not_granted(declared: Any) -> None:
    declared.experiment(data_capture=DataCapture(destination="s3://captures/shop", kms_key="alias/captures"))

    assert statements_about("s3", declared.template) == []
    assert statements_about("kms", declared.template) == []


@pytest.mark.parametrize(
    ("destination", "prefix", "problem"),
    [
        ("s3://captures", "shop", "data_capture.prefix is 'shop', must be part of the destination if that is a string"),
        (None, "/shop", "data_capture.prefix is '/shop', must not start or end with a slash"),
        (None, "shop/", "data_capture.prefix is 'shop/', must not start or end with a slash"),
    ],
)
def test_a_prefix_that_cannot_be_meant_is_refused(
    declared: Any, destination: str | None, prefix: str, problem: str
) -> None:
    bucket = aws_s3.Bucket(declared.stack, "Captures")

    with pytest.raises(InvalidExperimentError, match=problem):
        declared.experiment(data_capture=DataCapture(destination=destination or bucket, prefix=prefix))


BUCKETS: dict[str, tuple[Callable[[Stack], Any], str]] = {
    "of the app": (lambda stack: aws_s3.Bucket(stack, "Captures"), "Demo/Captures"),
    "with a key": (
        lambda stack: aws_s3.Bucket(stack, "Captures", encryption=aws_s3.BucketEncryption.KMS),
        "Demo/Captures, and kms:Decrypt, kms:Encrypt, kms:GenerateDataKey*, kms:ReEncrypt* on its key",
    ),
    "imported": (lambda stack: aws_s3.Bucket.from_bucket_name(stack, "Captures", "captures"), "captures"),
    "of the lowest level": (lambda stack: aws_s3.CfnBucket(stack, "Captures"), "Demo/Captures"),
}


@pytest.mark.parametrize(("bucket", "told"), BUCKETS.values(), ids=BUCKETS)
def test_a_bucket_that_the_app_cannot_allow_the_role_to_use_is_warned_of(
    declared: Any, bucket: Callable[[Stack], Any], told: str
) -> None:
    role = aws_iam.Role.from_role_name(declared.stack, "Imported", "shop", mutable=False)

    declared.experiment(role=role, data_capture=DataCapture(destination=bucket(declared.stack)))

    said = words(declared.stack, "bucketNotGranted")
    assert f"allow role Demo/Imported the actions s3:PutObject, s3:AbortMultipartUpload on bucket {told}" in said


def test_a_bucket_that_the_roles_policy_allows_the_role_to_use_is_not(declared: Any) -> None:
    role = aws_iam.Role.from_role_name(declared.stack, "Imported", "shop")

    declared.experiment(role=role, data_capture=DataCapture(destination=aws_s3.Bucket(declared.stack, "Captures")))

    assert "bucketNotGranted" not in warnings(declared.stack)


def test_neither_is_one_whose_own_policy_allows_it() -> None:
    app = App()
    stack = Stack(app, "Demo", env=Environment(account="111111111111", region="us-east-1"))
    storing = Stack(app, "Storing", env=Environment(account="222222222222", region="us-east-1"))
    role = aws_iam.Role.from_role_arn(stack, "Imported", "arn:aws:iam::111111111111:role/shop", mutable=False)
    bucket = aws_s3.Bucket(storing, "Captures", bucket_name="captures")

    experiment_in(stack, role=role, data_capture=DataCapture(destination=bucket))

    assert "bucketNotGranted" not in warnings(stack)
    Template.from_stack(storing).resource_count_is("AWS::S3::BucketPolicy", 1)


def test_an_imported_bucket_of_another_account_is_warned_of() -> None:
    stack = Stack(App(), "Demo", env=Environment(account="111111111111", region="us-east-1"))
    role = aws_iam.Role.from_role_arn(stack, "Imported", "arn:aws:iam::111111111111:role/shop", mutable=False)
    bucket = aws_s3.Bucket.from_bucket_attributes(stack, "Bucket", bucket_name="captures", account="222222222222")

    experiment_in(stack, role=role, data_capture=DataCapture(destination=bucket))

    assert "on bucket captures" in words(stack, "bucketNotGranted")
