"""Tags on everything that has an ARN, and the pages of lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ServiceError
from tests.support.world import World

ARN = "arn:aws:sagemaker:us-east-1:123456789012:"


def tag(key: str, value: str = "v") -> dict[str, str]:
    return {"Key": key, "Value": value}


def tags(world: World, arn: str) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in world.call("ListTags", ResourceArn=arn)["Tags"]}


@pytest.mark.parametrize("resource", ["model/champion", "endpoint-config/shop-before", "endpoint/shop"])
def test_anything_can_be_tagged(world: World, resource: str) -> None:
    assert world.call("AddTags", ResourceArn=ARN + resource, Tags=[tag("a", "1"), tag("b", "2")])["Tags"]
    world.call("AddTags", ResourceArn=ARN + resource, Tags=[tag("b", "3")])
    world.call("DeleteTags", ResourceArn=ARN + resource, TagKeys=["a", "unknown"])
    assert tags(world, ARN + resource) == {"b": "3"}


def test_tags_given_at_creation_go_with_the_experiment(world: World) -> None:
    arn = world.create(Tags=[tag("owner")])
    assert tags(world, arn) == {"owner": "v"}
    assert world.service.tags_by_arn()[arn] == {"owner": "v"}
    world.clock.advance(timedelta(days=8))
    world.call("DeleteInferenceExperiment", Name="trial")
    with pytest.raises(ServiceError) as unknown:
        tags(world, arn)
    assert unknown.value.code == "ResourceNotFound"
    world.create()
    assert tags(world, arn) == {}


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("inference-experiment/nobody", "ResourceNotFound"),
        ("endpoint/nobody", "ValidationException"),
        ("model/nobody", "ValidationException"),
        ("domain/nobody", "ValidationException"),
        ("nonsense", "ValidationException"),
    ],
)
@pytest.mark.parametrize("operation", ["AddTags", "ListTags", "DeleteTags"])
def test_unknown_arns(world: World, operation: str, resource: str, code: str) -> None:
    more: dict[str, dict[str, Any]] = {"AddTags": {"Tags": [tag("a")]}, "DeleteTags": {"TagKeys": ["a"]}}
    with pytest.raises(ServiceError) as unknown:
        world.call(operation, ResourceArn=ARN + resource, **more.get(operation, {}))
    assert unknown.value.code == code


def test_fifty_tags_and_no_more(world: World) -> None:
    arn = world.create(Tags=[tag(f"k{number}") for number in range(50)])
    world.call("AddTags", ResourceArn=arn, Tags=[tag("k0", "other")])
    with pytest.raises(ServiceError, match="limit of 50"):
        world.call("AddTags", ResourceArn=arn, Tags=[tag("one more")])


def test_a_key_is_given_once(world: World) -> None:
    with pytest.raises(ServiceError, match="Duplicate tag keys found: a"):
        world.create(Tags=[tag("a"), tag("b"), tag("a")])
    assert world.service.experiments() == []


def test_tags_come_in_pages() -> None:
    world = World(tags_per_page=20)
    arn = world.create(Tags=[tag(f"k{number}") for number in range(50)])
    sizes: list[int] = []
    token: dict[str, str] = {}
    while True:
        page = world.call("ListTags", ResourceArn=arn, **token)
        sizes.append(len(page["Tags"]))
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sizes == [20, 20, 10]


def test_experiments_are_listed_in_pages_and_by_filters(world: World) -> None:
    for number in range(3):
        world.create(Name=f"trial-{number}")
        world.clock.advance(timedelta(days=8))
        world.status(f"trial-{number}")

    def listed(**asked: Any) -> tuple[list[str], str | None]:
        answer = world.call("ListInferenceExperiments", **asked)
        return [each["Name"] for each in answer["InferenceExperiments"]], answer.get("NextToken")

    assert listed() == (["trial-2", "trial-1", "trial-0"], None)
    assert listed(SortBy="Name", SortOrder="Ascending", MaxResults=2) == (["trial-0", "trial-1"], "2")
    assert listed(SortBy="Name", SortOrder="Ascending", MaxResults=2, NextToken="2") == (["trial-2"], None)
    assert listed(NameContains="l-1") == (["trial-1"], None)
    assert listed(StatusEquals="Running") == ([], None)
    assert listed(CreationTimeAfter=world.start + timedelta(days=10)) == (["trial-2"], None)
    assert listed(CreationTimeBefore=world.start + timedelta(days=1)) == (["trial-0"], None)
    with pytest.raises(ServiceError, match="NextToken"):
        listed(NextToken="x")
