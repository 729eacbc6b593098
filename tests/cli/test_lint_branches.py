"""``Fn::If``: each branch is checked, and only certain faults are reported."""

from tests.support.command_line import CommandLine, experiment, template

CONDITIONS = """
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
      IsTest: !Not [!Condition IsProd]
"""


def found(shadowtest: CommandLine, changes: str, *, without: tuple[str, ...] = (), rest: str = CONDITIONS) -> list[str]:
    return shadowtest.lint(template(experiment(changes, without=without), rest=rest))


def test_a_fault_in_a_branch_has_the_place_of_the_branch(shadowtest: CommandLine) -> None:
    changes = """
        Schedule:
          Duration: !If
            - IsProd
            - P7D
            - 7d
    """

    assert found(shadowtest, changes) == [
        "14:13: ShadowTest: Schedule.Duration is '7d', must be an ISO 8601 duration such as P7D or PT36H"
    ]


def test_both_branches_may_have_faults(shadowtest: CommandLine) -> None:
    lines = found(shadowtest, "Schedule: !If [IsProd, {Duration: 7d}, {Duration: P31D}]")

    assert [line.split(" is ")[1][:5] for line in lines] == ["'7d',", "P31D,"]


def test_a_fault_outside_of_the_branches_is_said_once(shadowtest: CommandLine) -> None:
    lines = found(shadowtest, "Description: !If [IsProd, a, b]\nName: !If [IsTest, a, b]\nKmsKey: a b")

    assert lines == ["12:7: ShadowTest: KmsKey is 'a b', must be a KMS key's id, ARN or alias"]


def test_a_branch_within_a_branch(shadowtest: CommandLine) -> None:
    lines = found(shadowtest, "KmsKey: !If [IsProd, alias/shop, !If [IsTest, a b, alias/test]]")

    assert lines == ["10:53: ShadowTest: KmsKey is 'a b', must be a KMS key's id, ARN or alias"]


def test_a_branch_without_a_value(shadowtest: CommandLine) -> None:
    changes = "RoleArn: !If [IsProd, 'arn:aws:iam::123456789012:role/sagemaker', !Ref AWS::NoValue]"

    assert found(shadowtest, changes, without=("RoleArn",)) == ["4:5: ShadowTest: RoleArn is missing"]


def test_properties_that_exclude_each_other_under_one_condition(shadowtest: CommandLine) -> None:
    either = "Name: !If [IsProd, shop, !Ref AWS::NoValue]\nRun: !If [IsProd, !Ref AWS::NoValue, '2']"
    both = "Name: !If [IsProd, shop, !Ref AWS::NoValue]\nRun: !If [IsProd, '2', !Ref AWS::NoValue]"

    assert found(shadowtest, either) == []
    assert found(shadowtest, both) == [
        "11:25: ShadowTest: Run is '2', must be omitted if Name is given: to start a new run, change Name"
    ]


def test_conditions_that_can_not_hold_together_make_no_fault(shadowtest: CommandLine) -> None:
    changes = "Name: !If [IsProd, shop, !Ref AWS::NoValue]\nRun: !If [IsTest, '2', !Ref AWS::NoValue]"

    assert found(shadowtest, changes) == []


def test_the_condition_of_the_resource_holds(shadowtest: CommandLine) -> None:
    resource = experiment("KmsKey: !If [IsProd, alias/shop, a b]")

    assert len(shadowtest.lint(template(resource))) == 1
    assert shadowtest.lint(template(f"{resource}    Condition: IsProd\n")) == []


def test_an_entry_of_a_list_under_a_condition(shadowtest: CommandLine) -> None:
    changes = """
        Tags:
          - !If [IsProd, {Key: stage, Value: prod}, !Ref AWS::NoValue]
          - {Key: "a;b"}
    """

    assert [line.partition(" must")[0] for line in found(shadowtest, changes)] == [
        "12:12: ShadowTest: Tags[1].Key is 'a;b',"
    ]


def test_an_if_that_is_none_is_not_looked_into(shadowtest: CommandLine) -> None:
    assert found(shadowtest, "KmsKey: !If [IsProd, a b]\nName: !If [!Ref IsProd, -x, y]\nDescription: !If later") == []


def test_more_conditions_than_can_be_tried_can_not_be_told(shadowtest: CommandLine) -> None:
    tags = "".join(f"  - {{Key: k{n}, Value: !If [C{n}, 'a', 'b']}}\n" for n in range(9))
    shadowtest.write("template.yaml", template(experiment(f"Tags:\n{tags}")))

    done = shadowtest("lint", "template.yaml", "--strict")

    assert done.code == 4
    assert "its properties depend on more than 8 conditions" in done.out
