"""What is known only at deployment is not shown as if it were known."""

from collections.abc import Iterator

import pytest

from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.made_up import without_made_up
from shadowtest.planning.verdict import Verdict
from shadowtest.values.unknown import KnownAtDeployment
from simulation.declarations import Declaration, declared
from tests.support.stack import Stack

UNKNOWN = KnownAtDeployment('{"Ref": "Parameter"}', "parameter Parameter has neither a value nor a default")
GENERATED = "(name generated at deployment)"
NEW_STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/known-at-deployment"


def shown(old: Declaration | None, new: Declaration, stack_id: str | None = None) -> list[Verdict]:
    """All verdicts, also the possible ones."""
    stack = Stack()
    physical_id = stack.create(old).physical_id if old is not None else None
    change = Change(stack_id or stack.stack_id, stack.logical_id, old, new, physical_id)
    verdicts = verdicts_of(change, stack.ports.sagemaker(), stack.clock.now())
    return list(_all(without_made_up(change, verdicts)))


def _all(verdicts: tuple[Verdict, ...]) -> Iterator[Verdict]:
    for verdict in verdicts:
        yield verdict
        for each in verdict.alternatives:
            yield from _all(each.verdicts)


def test_the_name_of_a_run_that_is_not_known() -> None:
    (verdict,) = shown(None, declared(Run=UNKNOWN))

    assert verdict.experiment == GENERATED


def test_the_name_of_the_next_run_if_it_is_not_known() -> None:
    verdicts = shown(declared(Run="1"), declared(Run=UNKNOWN))

    names = {each.experiment for each in verdicts}
    assert GENERATED in names
    assert not any("known-at" in name for name in names)


def test_the_name_in_a_new_stack() -> None:
    assert [each.experiment for each in shown(None, declared(), NEW_STACK)] == [GENERATED]
    assert [each.experiment for each in shown(None, declared(Run=UNKNOWN), NEW_STACK)] == [GENERATED]
    assert [each.experiment for each in shown(None, declared(Name="trial"), NEW_STACK)] == ["trial"]
    # The function takes a generated name then.
    assert [each.experiment for each in shown(None, declared(Name="no name"), NEW_STACK)] == [GENERATED]


def test_a_name_that_is_known_is_shown() -> None:
    (verdict,) = shown(None, declared())

    assert verdict.experiment.startswith("demo-shadowtest-1-")


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("RoleArn", None, UNKNOWN),
        ("KmsKey", "alias/capture", UNKNOWN),
        ("Description", "first", UNKNOWN),
        ("DataStorageConfig", {"Destination": "s3://bucket/old"}, {"Destination": UNKNOWN}),
        ("EndpointName", None, UNKNOWN),
    ],
)
def test_the_whole_value_is_shown_as_known_at_deployment(key: str, old: object, new: object) -> None:
    before = declared(**({key: old} if old else {}))

    *_, different = shown(before, declared(**{key: new}))

    assert "(declared known at deployment, live " in different.reason
