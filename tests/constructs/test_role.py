"""The role that SageMaker assumes: given or made, allowed what is declared, there before the experiment."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Annotations as CdkAnnotations
from aws_cdk import App, CfnParameter, Environment, Stack, aws_iam, aws_kms, aws_s3
from aws_cdk.assertions import Annotations, Match, Template

from sagemaker_inference_experiment import DataCapture, InferenceExperiment, ModelVariant

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
USES_VOLUMES = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:CreateGrant",
    "kms:DescribeKey",
]


def without_role(stack: Stack, id: str = "ShadowTest", **more: Any) -> InferenceExperiment:
    return InferenceExperiment(
        stack,
        id,
        endpoint="shop",
        production_variant=ModelVariant(model="champion", variant_name="A", instance_type="ml.m5.large"),
        shadow_variant=ModelVariant(model="challenger", variant_name="B", instance_type="ml.m5.large"),
        sampling_percentage=10,
        **more,
    )


def the_experiment(template: Template) -> dict[str, Any]:
    (resource,) = template.find_resources(RESOURCE_TYPE).values()
    return dict(resource)


def test_a_role_is_made_as_awss_guide_has_it() -> None:
    stack = Stack(App(), "Demo")

    experiment = without_role(stack)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Action": "sts:AssumeRole",
                        "Effect": "Allow",
                        "Principal": {"Service": "sagemaker.amazonaws.com"},
                    }
                ],
                "Version": "2012-10-17",
            },
            "ManagedPolicyArns": [
                {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AmazonSageMakerFullAccess"]]}
            ],
        },
    )
    assert the_experiment(template)["Properties"]["RoleArn"] == stack.resolve(experiment.role.role_arn)


def test_a_role_that_is_made_may_be_passed_by_the_function_and_outlives_the_experiment() -> None:
    stack = Stack(App(), "Demo")

    experiment = without_role(stack)

    template = Template.from_stack(stack)
    role = stack.resolve(experiment.role.role_arn)
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with([Match.object_like({"Action": "iam:PassRole", "Resource": role})])
            }
        },
    )
    assert role["Fn::GetAtt"][0] in the_experiment(template)["DependsOn"]


def test_the_experiments_of_a_stack_share_the_role_that_is_made() -> None:
    stack = Stack(App(), "Demo")

    one, two = without_role(stack, "One"), without_role(stack, "Two")

    assert one.role is two.role


def test_no_role_is_made_beside_a_given_one(declared: Any) -> None:
    experiment = declared.experiment()

    assert experiment.role is declared.role
    declared.template.resource_properties_count_is("AWS::IAM::Role", {"ManagedPolicyArns": Match.any_value()}, 0)


def test_the_role_may_use_the_volumes_key(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")

    declared.experiment(kms_key=key)

    assert grants_on(declared.template, declared.stack.resolve(key.key_arn)) == [USES_VOLUMES]


def test_what_is_granted_is_there_before_the_experiment(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    declared.role.add_to_policy(aws_iam.PolicyStatement(actions=["s3:PutObject"], resources=["arn:aws:s3:::shop/*"]))

    declared.experiment(kms_key=key)

    needed = the_experiment(declared.template)["DependsOn"]
    assert any(id.startswith("SageMakerRoleDefaultPolicy") for id in needed)
    assert set(granting(declared.template)) <= set(needed)


def test_what_several_experiments_need_is_granted_once(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    bucket = aws_s3.Bucket(declared.stack, "Captures", encryption_key=key)

    for number in range(3):
        declared.experiment(f"Test{number}", kms_key=key, data_capture=DataCapture(destination=bucket, kms_key=key))

    granted = [
        json.dumps(statement)
        for policy in granting(declared.template).values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert len(granted) == len(set(granted)) == 4


def test_a_role_and_another_import_of_it_are_granted_apart(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")
    roles = [
        aws_iam.Role.from_role_arn(declared.stack, id, "arn:aws:iam::123456789012:role/shop", mutable=mutable)
        for id, mutable in (("Changed", True), ("Unchanged", False))
    ]

    for number, role in enumerate(roles):
        declared.experiment(f"Test{number}", role=role, kms_key=key)

    assert len(granting(declared.template)) == 1
    (resource,) = declared.template.find_resources("AWS::KMS::Key").values()
    assert len(resource["Properties"]["KeyPolicy"]["Statement"]) == 2


def test_what_one_experiment_needs_goes_after_it_whatever_others_stay(declared: Any) -> None:
    first, second = (aws_kms.Key(declared.stack, id) for id in ("First", "Second"))
    declared.experiment("One", kms_key=first)
    declared.experiment("Two", kms_key=second)

    # A policy that both shared would be shortened, which comes before the removal of what the template has no more.
    policies = granting(declared.template)
    assert len(policies) == 2
    for experiment in declared.template.find_resources(RESOURCE_TYPE).values():
        (needed,) = set(policies) & set(experiment["DependsOn"])
        assert experiment["Properties"]["KmsKey"] in resources_of(policies[needed])


def test_a_key_of_the_lowest_level_is_granted_too(declared: Any) -> None:
    key = aws_kms.CfnKey(declared.stack, "Key", key_policy={})

    declared.experiment(kms_key=key)

    assert grants_on(declared.template, {"Fn::GetAtt": ["Key", "Arn"]}) == [USES_VOLUMES]


def test_a_key_that_is_only_named_is_not_granted(declared: Any) -> None:
    declared.experiment(kms_key="alias/volumes")

    assert "kms:" not in str(declared.template.to_json())


def test_a_role_that_is_not_to_be_changed_is_allowed_by_the_key(declared: Any) -> None:
    role = aws_iam.Role.from_role_arn(
        declared.stack, "Imported", "arn:aws:iam::123456789012:role/imported", mutable=False
    )

    declared.experiment(role=role, kms_key=aws_kms.Key(declared.stack, "Key"))

    assert "kms:CreateGrant" not in str(declared.template.find_resources("AWS::IAM::Policy"))
    (resource,) = declared.template.find_resources("AWS::KMS::Key").values()
    (_, statement) = resource["Properties"]["KeyPolicy"]["Statement"]
    assert statement["Action"] == USES_VOLUMES
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/imported"}


def by_alias(stack: Stack, id: str = "Key") -> aws_kms.IAlias:
    return aws_kms.Alias.from_alias_name(stack, id, "alias/shop")


WAYS_TO_GIVE_A_KEY: dict[str, Callable[[Stack, aws_kms.IKey], dict[str, Any]]] = {
    "for the volumes": lambda _, key: {"kms_key": key},
    "for what is captured": lambda _, key: {"data_capture": DataCapture(destination="s3://shop", kms_key=key)},
    "of the bucket": lambda stack, key: {
        "data_capture": DataCapture(destination=aws_s3.Bucket(stack, "Captures", encryption_key=key))
    },
}


@pytest.mark.parametrize("applied_by_cdk", [False, True], ids=["CDK drops it", "CDK applies it"])
@pytest.mark.parametrize("parameters", WAYS_TO_GIVE_A_KEY.values(), ids=WAYS_TO_GIVE_A_KEY)
def test_a_key_by_its_alias_is_granted_by_its_alias(
    parameters: Callable[[Stack, aws_kms.IKey], dict[str, Any]], applied_by_cdk: bool
) -> None:
    app = App(context={"@aws-cdk/aws-kms:applyImportedAliasPermissionsToPrincipal": applied_by_cdk})
    stack = Stack(app, "Demo")

    without_role(stack, **parameters(stack, by_alias(stack)))

    app.synth()
    keys = ["arn:", {"Ref": "AWS::Partition"}, ":kms:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}]
    template = Template.from_stack(stack)
    (actions, *_) = grants_on(template, {"Fn::Join": ["", [*keys, ":key/*"]]})
    assert "kms:GenerateDataKey*" in actions
    assert {"kms:ResourceAliases": "alias/shop"} in conditions(template)
    assert not missing(stack)


def test_an_alias_may_be_a_token() -> None:
    stack = Stack(App(), "Demo")
    name = CfnParameter(stack, "Name").value_as_string

    without_role(stack, kms_key=aws_kms.Alias.from_alias_name(stack, "Key", name))

    assert conditions(Template.from_stack(stack)) == [{"kms:ResourceAliases": {"Ref": "Name"}}]


def test_an_alias_of_a_key_of_the_app_is_granted_by_the_key() -> None:
    stack = Stack(App(), "Demo")
    key = aws_kms.Key(stack, "Key")

    without_role(stack, kms_key=aws_kms.Alias(stack, "Alias", alias_name="alias/shop", target_key=key))

    template = Template.from_stack(stack)
    assert grants_on(template, stack.resolve(key.key_arn)) == [USES_VOLUMES]
    assert conditions(template) == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (by_alias, "alias/shop"),
        (
            lambda stack: aws_kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/shop"),
            "arn:aws:kms:eu-west-1:123456789012:key/shop",
        ),
        (lambda stack: aws_kms.CfnKey(stack, "Key", key_policy={}), "Demo/Key"),
    ],
    ids=["alias", "imported", "of the lowest level"],
)
def test_what_nothing_in_the_app_can_allow_is_warned_of(
    declared: Any, key: Callable[[Stack], aws_kms.IKey], told: str
) -> None:
    arn = "arn:aws:iam::123456789012:role/shop"
    role = aws_iam.Role.from_role_arn(declared.stack, "Imported", arn, mutable=False)

    experiment = declared.experiment(role=role, kms_key=key(declared.stack))

    (warning,) = missing(declared.stack)
    assert f"allow role {arn} the actions {', '.join(USES_VOLUMES)} on key {told}" in warning
    CdkAnnotations.of(experiment).acknowledge_warning("sagemaker-inference-experiment:keyNotGranted")
    assert not missing(declared.stack)


def test_what_nothing_can_allow_is_warned_of_at_each_experiment(declared: Any) -> None:
    role = aws_iam.Role.from_role_name(declared.stack, "Imported", "shop", mutable=False)
    key = by_alias(declared.stack)

    for id in ("One", "Two"):
        declared.experiment(id, role=role, kms_key=key)

    assert ["allow role Demo/Imported the" in warning for warning in missing(declared.stack)] == [True, True]


def missing(stack: Stack) -> list[str]:
    found = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("keyNotGranted"))
    return [str(each.entry.data) for each in found]


def conditions(template: Template) -> list[Any]:
    """What the conditions on a key's aliases say."""
    return [
        statement["Condition"]["ForAnyValue:StringEquals"]
        for policy in granting(template).values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "Condition" in statement
    ]


def test_a_role_of_another_stack_is_granted_a_key_of_this_one_without_a_cycle(declared: Any) -> None:
    other = Stack(declared.app, "Other")
    key = aws_kms.Key(other, "Key")

    without_role(other, role=declared.role, kms_key=key)

    template = Template.from_stack(other)
    assert grants_on(template, other.resolve(key.key_arn)) == [USES_VOLUMES]
    assert set(granting(template)) <= set(the_experiment(template)["DependsOn"])


@pytest.mark.parametrize(
    "role",
    [
        lambda stack: aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/service-role/shop"),
        lambda stack: aws_iam.Role.from_role_name(stack, "Role", "shop"),
        lambda stack: aws_iam.LazyRole(
            stack, "Role", role_name="shop", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")
        ),
        lambda stack: aws_iam.Role(
            stack,
            "Role",
            role_name="shop",
            path="/service-role/",
            assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"),
        ),
    ],
    ids=["imported", "imported by name", "lazy", "with a path"],
)
def test_a_role_of_another_stack_is_granted_by_its_name(role: Callable[[Stack], aws_iam.IRole]) -> None:
    app = App()
    first, second = Stack(app, "First"), Stack(app, "Second")
    shared = role(first)

    without_role(second, role=shared, kms_key=aws_kms.Key(second, "Key"))

    (policy,) = granting(Template.from_stack(second)).values()
    assert policy["Properties"]["Roles"] == [second.resolve(shared.role_name)]


def test_no_stack_takes_the_place_of_another_among_a_roles_policies(declared: Any) -> None:
    stacks = [Stack(declared.app, name) for name in ("First", "Second")]

    for stack in stacks:
        without_role(stack, role=declared.role, kms_key=aws_kms.Key(stack, "Key"))

    policies = [policy for stack in stacks for policy in granting(Template.from_stack(stack)).values()]
    first, second = (each["Properties"]["PolicyName"]["Fn::Join"][1] for each in policies)
    assert first[0] != second[0]
    # Nor one of the same name in another region: IAM has none.
    assert first[1] == second[1] == {"Ref": "AWS::Region"}


def test_a_role_that_is_made_may_use_what_is_another_accounts() -> None:
    app = App()
    theirs = Stack(app, "Theirs", env=Environment(account="222222222222", region="eu-west-1"))
    ours = Stack(app, "Ours", env=Environment(account="111111111111", region="eu-west-1"))
    bucket = aws_s3.Bucket(theirs, "Captures", bucket_name="captures")

    without_role(ours, data_capture=DataCapture(destination=bucket))

    (policy,) = Template.from_stack(theirs).find_resources("AWS::S3::BucketPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    (role,) = [
        each["Properties"]["RoleName"]
        for each in Template.from_stack(ours).find_resources("AWS::IAM::Role").values()
        if "RoleName" in each["Properties"]
    ]
    assert statement["Principal"]["AWS"]["Fn::Join"][1][-1] == f":iam::111111111111:role/{role}"


def granting(template: Template) -> dict[str, Any]:
    """The policies that stand apart from those that a role has of itself."""
    return {id: each for id, each in template.find_resources("AWS::IAM::Policy").items() if "ExperimentGrant" in id}


def resources_of(policy: dict[str, Any]) -> list[Any]:
    return [statement["Resource"] for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def grants_on(template: Template, resource: Any) -> list[Any]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [
        statement["Action"]
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Resource"] == resource
    ]
