"""Custom resources as AWS treats them, with a function that does what its properties say."""

from __future__ import annotations

import re

import pytest

from tests.support.puppet_stack import PuppetStack

NO = {"Status": "FAILED", "Reason": "no"}


def test_scalars_arrive_as_strings_at_any_depth(stack: PuppetStack) -> None:
    status = stack.create(A={"Flag": True, "Deep": [{"Number": 5, "Half": 0.5}]})
    assert status == "CREATE_COMPLETE"
    properties = stack.requests()[0]["event"]["ResourceProperties"]
    assert properties["Flag"] == "true"
    assert properties["Deep"] == [{"Number": "5", "Half": "0.5"}]


def test_attributes_and_ids_reach_other_resources(stack: PuppetStack) -> None:
    first = {"Create": {"PhysicalResourceId": "the-id", "Data": {"Name": "the-name"}}}
    second = {"Id": {"Ref": "A"}, "Name": {"Fn::GetAtt": ["A", "Name"]}}
    assert stack.create(A=first, B=second, outputs={"Name": {"Fn::GetAtt": ["A", "Name"]}}) == "CREATE_COMPLETE"
    properties = stack.requests("B")[0]["event"]["ResourceProperties"]
    assert (properties["Id"], properties["Name"]) == ("the-id", "the-name")
    assert stack.outputs() == {"Name": "the-name"}


def test_an_attribute_that_was_not_answered_fails_the_operation(stack: PuppetStack) -> None:
    stack.create(A={}, B={"Name": {"Fn::GetAtt": ["A", "Nothing"]}})
    event = stack.requests("A")[0]["event"]
    asked = "|".join(event[name] for name in ("StackId", "LogicalResourceId", "RequestId"))
    assert f"Vendor response doesn't contain Nothing attribute in object {asked}" in stack.reasons()
    assert stack.settled() == "ROLLBACK_COMPLETE"


def test_an_attribute_must_be_answered_by_an_update_too(stack: PuppetStack) -> None:
    told = {"Data": {"Name": "x"}}
    output = {"Name": {"Fn::GetAtt": ["A", "Name"]}}
    stack.create(A={"Create": told, "Update": told}, outputs=output)
    assert stack.update(A={"Create": told, "Update": {}}, outputs=output) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.outputs() == {"Name": "x"}


def test_a_failed_create_is_deleted_with_the_id_of_its_answer(stack: PuppetStack) -> None:
    status = stack.create(A={}, B={"DependsOnA": {"Ref": "A"}, "Create": NO | {"PhysicalResourceId": "half-made"}})
    assert status == "ROLLBACK_COMPLETE"
    assert stack.sent() == [
        ("Create", None),
        ("Create", None),
        ("Delete", "half-made"),
        ("Delete", "puppet"),
    ]
    create, delete = stack.requests("B")
    assert delete["event"]["ResourceProperties"] == create["event"]["ResourceProperties"]
    reason = (
        "Received response status [FAILED] from custom resource. Message returned: no "
        f"(RequestId: {create['event']['RequestId']})"
    )
    assert create["outcome"] == reason
    assert reason in stack.reasons()


def test_a_delete_that_fails_fails_the_rollback_and_is_tried_again(stack: PuppetStack) -> None:
    create = NO | {"PhysicalResourceId": "half-made"}
    assert stack.create(A={"Create": create, "Delete": NO}) == "ROLLBACK_FAILED"
    assert stack.delete() == "DELETE_FAILED"
    assert stack.sent() == [("Create", None), ("Delete", "half-made"), ("Delete", "half-made")]


def test_a_failed_create_without_rollback_is_deleted_with_its_stack(stack: PuppetStack) -> None:
    assert stack.create_keeping_failures(A={"Create": NO | {"PhysicalResourceId": "half-made"}}) == "CREATE_FAILED"
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.sent() == [("Create", None), ("Delete", "half-made")]


@pytest.mark.parametrize("physical_id", ["", "x" * 1025])
@pytest.mark.parametrize("status", ["SUCCESS", "FAILED"])
def test_an_id_that_is_none_fails_the_create_and_one_is_made_up(
    stack: PuppetStack, status: str, physical_id: str
) -> None:
    script = {"Status": status, "Reason": "r", "PhysicalResourceId": physical_id}
    assert stack.create(A={"Create": script}) == "ROLLBACK_COMPLETE"
    assert "Invalid PhysicalResourceId" in stack.reasons()
    (_, invented) = stack.sent()[1]
    assert re.fullmatch(rf"{stack.name}-A-[A-Z0-9]{{12}}", invented or "")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [("x" * 4097, "Response object is too long."), ("{", "Invalid response object: not a JSON object.")],
)
def test_an_answer_that_can_not_be_read_fails_the_request(stack: PuppetStack, raw: str, reason: str) -> None:
    assert stack.create(A={"Create": {"Raw": raw}}) == "ROLLBACK_COMPLETE"
    assert reason in stack.reasons()


def test_an_answer_of_4096_bytes_is_read(stack: PuppetStack) -> None:
    assert stack.create(A={"Create": {"Raw": "{}" + " " * 4094}}) == "ROLLBACK_COMPLETE"
    assert "Invalid PhysicalResourceId" in stack.reasons()


def test_a_request_without_an_answer_times_out(stack: PuppetStack) -> None:
    assert stack.create(A={"ServiceTimeout": 1, "Create": {"Silent": True}}) == "ROLLBACK_COMPLETE"
    request_id = stack.requests()[0]["event"]["RequestId"]
    (reason,) = [each for each in stack.reasons() if "did not receive a response" in each]
    assert f"Please check your logs for requestId [{request_id}]" in reason
    assert [each[0] for each in stack.sent()] == ["Create", "Delete"]


def test_returning_early_does_not_end_the_wait(stack: PuppetStack) -> None:
    """The function is invoked asynchronously: only what it PUTs counts, whichever invocation does so."""
    assert stack.create(A={"Create": {"Hops": 3, "Delay": 0.1, "PhysicalResourceId": "late"}}) == "CREATE_COMPLETE"
    assert stack.requests()[0]["physical_id"] == "late"


def test_only_the_first_answer_counts(stack: PuppetStack) -> None:
    assert stack.create(A={"Create": {"Twice": True}}) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    assert len(stack.requests()[0]["late_answers"]) == 1


def test_another_id_is_a_replacement(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}})
    assert stack.update(A={"Version": 2, "Update": {"PhysicalResourceId": "two"}}) == "UPDATE_COMPLETE"
    assert stack.sent() == [("Create", None), ("Update", "one"), ("Delete", "one")]
    assert stack.requests()[2]["event"]["ResourceProperties"]["Version"] == "1"
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.sent()[-1] == ("Delete", "two")


def test_a_clean_up_that_fails_does_not_fail_the_update(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}, "Delete": NO})
    assert stack.update(A={"Version": 2, "Update": {"PhysicalResourceId": "two"}}) == "UPDATE_COMPLETE"


def test_a_failed_update_is_sent_back(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}})
    assert stack.update(A={"Version": 2, "Update": NO}) == "UPDATE_ROLLBACK_COMPLETE"
    failed, back = (request["event"] for request in stack.requests()[1:])
    assert stack.sent() == [("Create", None), ("Update", "one"), ("Update", "one")]
    assert back["ResourceProperties"] == failed["OldResourceProperties"]
    assert back["OldResourceProperties"] == failed["ResourceProperties"]


def test_the_id_of_a_failed_update_is_current_from_then_on(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}})
    assert stack.update(A={"Version": 2, "Update": NO | {"PhysicalResourceId": "two"}}) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sent() == [("Create", None), ("Update", "one"), ("Update", "two")]
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.sent()[-1] == ("Delete", "two")


def test_another_id_from_the_rollback_deletes_what_had_the_one_before(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}, "Update": {"PhysicalResourceId": "one"}})
    assert stack.update(A={"Version": 2, "Update": NO | {"PhysicalResourceId": "two"}}) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sent() == [("Create", None), ("Update", "one"), ("Update", "two"), ("Delete", "two")]
    assert stack.requests()[-1]["event"]["ResourceProperties"]["Version"] == "2"
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.sent()[-1] == ("Delete", "one")


def test_a_rollback_that_fails_is_the_worst_state_there_is(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}, "Update": NO})
    assert stack.update(A={"Version": 2, "Update": NO}) == "UPDATE_ROLLBACK_FAILED"


def test_a_replacement_is_deleted_when_something_else_fails(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1, "Create": {"PhysicalResourceId": "one"}})
    replaced = {"Version": 2, "Update": {"PhysicalResourceId": "two"}}
    broken = {"After": {"Ref": "A"}, "Create": NO | {"PhysicalResourceId": "broken"}}
    assert stack.update(A=replaced, B=broken) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sent("B") == [("Create", None), ("Delete", "broken")]
    assert stack.sent("A") == [("Create", None), ("Update", "one"), ("Delete", "two")]


def test_a_canceled_update_goes_back_while_the_function_is_still_at_work(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1})
    stack.update(A={"Version": 2, "Update": {"Delay": 1.5, "PhysicalResourceId": "too late"}}, wait=False)
    stack.pending()
    assert stack.cancel_update() == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.sent() == [("Create", None), ("Update", "puppet"), ("Update", "puppet")]
    assert "Resource update cancelled" in stack.reasons()


def test_a_deletion_during_the_creation_uses_an_id_that_was_made_up(stack: PuppetStack) -> None:
    stack.create(A={"Create": {"Delay": 1.5, "PhysicalResourceId": "too late"}}, wait=False)
    stack.pending()
    assert stack.delete() == "DELETE_COMPLETE"
    (create, delete) = stack.requests()
    assert create["outcome"] == "Resource creation cancelled"
    assert delete["event"]["PhysicalResourceId"].startswith(f"{stack.name}-A-")


def test_an_update_to_another_function_is_refused_and_rolled_back(stack: PuppetStack) -> None:
    stack.create(A={"Version": 1})
    other = {"ServiceToken": "arn:aws:lambda:us-east-1:000000000000:function:other"}
    assert stack.update(A={"Version": 2, **other}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Modifying service token is not allowed." in stack.reasons()
    assert stack.sent() == [("Create", None)]
    assert stack.update(A={"Version": 3}) == "UPDATE_COMPLETE"
