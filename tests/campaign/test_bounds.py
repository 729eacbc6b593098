"""The limits of a request's calls, if SageMaker returns tags on several pages."""

from campaign import bounds
from campaign.cloudformation import Request
from campaign.function import FURTHER_TAGS, Run
from campaign.scheduler import Signal
from campaign.world import START, World

LOOK = ["DescribeInferenceExperiment", "ListTags", "DescribeEndpoint", "DescribeEndpointConfig"]
PAGED = ["DescribeInferenceExperiment", "ListTags", *24 * [FURTHER_TAGS], "DescribeEndpoint", "DescribeEndpointConfig"]


def run(calls: list[str]) -> Run:
    return Run("request-0", 0, {}, 0, False, False, START, seconds=60.0, calls=calls)


def test_further_pages_are_no_further_calls() -> None:
    assert bounds.first_calls([run(["DescribeStacks", *PAGED])]) == LOOK


def test_a_second_list_of_tags_is_a_further_call() -> None:
    assert bounds.first_calls([run(["ListTags", "ListTags"])]) == ["ListTags", "ListTags"]


def test_pages_are_limited_too() -> None:
    assert exceeded(5 * PAGED) == []
    assert exceeded([*PAGED, FURTHER_TAGS, FURTHER_TAGS]) == ["request-0 read 26 further pages in 1 lists of tags"]
    assert exceeded(100 * LOOK) == ["request-0 made 400 calls in 60 s"]


def exceeded(calls: list[str]) -> list[str]:
    world = World(1)
    world.function.runs.append(run(calls))
    request = Request("Create", {"RequestId": "request-0"}, {}, START, 3600.0, Signal(world.scheduler))
    return list(bounds.exceeded(world.function, [request], poll_seconds=5.0))
