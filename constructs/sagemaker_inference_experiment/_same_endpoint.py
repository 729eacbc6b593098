"""Several experiments of an app on one endpoint, which can have only one shadow variant."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from itertools import combinations

from aws_cdk import aws_sagemaker

from inference_experiment_handler.spec.text import iso_instant
from sagemaker_inference_experiment._add_warning import add_warning
from sagemaker_inference_experiment._conclusion import VariantAction
from sagemaker_inference_experiment._environment import environment_of
from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._reflection import resource_behind
from sagemaker_inference_experiment._tokens import is_unresolved
from sagemaker_inference_experiment._variants import in_properties
from sagemaker_inference_experiment._watched import Watched


def same_endpoint_faults(watched: Iterable[Watched], named: NamedResources) -> list[str]:
    """The tests that are declared to run on one endpoint at the same time.

    If that is not certain, the experiment gets a warning instead. For example, a test that runs for some days from its
    deployment can have ended, and the app does not show that.
    """
    sharing: dict[Hashable, list[Watched]] = {}
    for each in watched:
        endpoint = named.identity(each.declaration.endpoint, each.endpoint_name, aws_sagemaker.CfnEndpoint, each.stack)
        sharing.setdefault(endpoint, []).append(each)
    faults = []
    for group in sharing.values():
        doubtful: dict[int, list[Watched]] = {}
        for (_, first), (index, second) in combinations(enumerate(group), 2):
            if _apart(first, second):
                continue
            fault = _certain_fault(first, second)
            if fault is not None:
                faults.append(fault)
            else:
                doubtful.setdefault(index, []).append(first)
        for index, others in doubtful.items():
            _warn(group[index], others)
    return faults


def _apart(one: Watched, other: Watched) -> bool:
    """Whether the declarations show that only one of the two has a shadow variant at any time."""
    if one.over or other.over:
        same_shadow = _shadow(one) == _shadow(other)
        return same_shadow or not any(each.over and _keeps_shadow(each) for each in (one, other))
    return _ends_before(one, other) or _ends_before(other, one)


def _ends_before(one: Watched, other: Watched) -> bool:
    (_, end), (start, _) = _window(one), _window(other)
    return end is not None and start is not None and end <= start


def _window(watched: Watched) -> tuple[datetime | None, datetime | None]:
    """The known start and end of a test."""
    schedule = watched.declaration.schedule
    return schedule._known() if schedule is not None else (None, None)


def _in_words(watched: Watched) -> str | None:
    start, end = _window(watched)
    return f"from {iso_instant(start)} to {iso_instant(end)}" if start is not None and end is not None else None


def _shadow(watched: Watched) -> str:
    return in_properties(watched.declaration.production_variant, watched.declaration.shadow_variant)


def _keeps_shadow(watched: Watched) -> bool:
    conclusion = watched.declaration.conclusion
    return conclusion is not None and conclusion.shadow == VariantAction.RETAIN


def _certain_fault(first: Watched, second: Watched) -> str | None:
    """A fault if two tests run at the same time; ``None`` if the declarations do not show when they run."""
    times = [_in_words(each) for each in (first, second)]
    if first.over or second.over or None in times or first.conditional or second.conditional:
        return None
    if not _surely_one_endpoint(first, second):
        return None
    return (
        f"{second.path}: endpoint is also the endpoint of {first.path}, must be another: the tests are declared to run "
        f"{times[0]} and {times[1]}, and an endpoint can have only one shadow variant. Otherwise, change the schedule "
        "of one test, or declare its conclusion"
    )


def _surely_one_endpoint(first: Watched, second: Watched) -> bool:
    """Whether both certainly have the same endpoint. Stacks without an account may be for several accounts."""
    if first.stack is second.stack or all(
        resource_behind(each.declaration.endpoint, aws_sagemaker.CfnEndpoint) is not None for each in (first, second)
    ):
        return True
    return not any(is_unresolved(each) for watched in (first, second) for each in environment_of(watched.stack))


def _warn(second: Watched, others: list[Watched]) -> None:
    paths = ", ".join(other.path for other in others)
    add_warning(
        second.experiment,
        "sharedEndpoint",
        f"endpoint is also the endpoint of {paths}, and an endpoint can have only one shadow variant: the deployment "
        "fails unless only one of the tests has a shadow variant there. If a test has ended, declare its conclusion",
    )
