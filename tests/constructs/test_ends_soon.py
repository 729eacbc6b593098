"""The alarm before the end of a test: when it rings, and what it needs to know."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, NestedStack, Stack, Token
from aws_cdk.assertions import Annotations, Match, Template
from aws_cdk.aws_cloudwatch import Alarm as CdkAlarm

from local.cloudwatch.metric_math import Series
from sagemaker_inference_experiment import InferenceExperiment, ShadowTestDashboard
from tests.support.cloudwatch import PERIOD, Alarm
from tests.support.imported import NAMES, imported

HOUR = 3600.0
GAP = None
END = datetime(2030, 1, 31, 12, tzinfo=UTC)
DAY = Duration.hours(24)


def properties(template: Template) -> dict[str, Any]:
    (resource,) = template.find_resources("AWS::CloudWatch::Alarm").values()
    return dict(resource["Properties"])


def made(declared: Any, **options: Any) -> dict[str, Any]:
    declared.experiment().alarm_ends_soon(declared.stack, "EndsSoon", **{"before": DAY, **options})
    return properties(declared.template)


def deployed(alarm: dict[str, Any], scheduled_end: str) -> Alarm:
    """The alarm with the attribute that the deployment has found."""

    def value(part: Any) -> str:
        return part if isinstance(part, str) else scheduled_end

    metrics = [
        {**each, "Expression": "".join(map(value, each["Expression"]["Fn::Join"][1]))}
        if isinstance(each.get("Expression"), dict)
        else each
        for each in alarm["Metrics"]
    ]
    return Alarm({**alarm, "Metrics": metrics})


def rings(alarm: dict[str, Any], hours_left: float, instances: Series, scheduled_end: str | None = None) -> bool:
    """Whether it is in ALARM at this time before the end, after these values of the shadow variant's instances."""
    last = END.timestamp() - hours_left * HOUR
    moments = [last - PERIOD * before for before in reversed(range(len(instances)))]
    end = f"{END.timestamp():.0f}" if scheduled_end is None else scheduled_end
    return deployed(alarm, end).rings(lambda _: instances, moments)


RUNNING: Series = [5.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("hours_left", "instances", "ringing"),
    [
        (100, RUNNING, False),
        (24, RUNNING, False),
        (23.9, RUNNING, True),
        (0.1, RUNNING, True),
        (5, [GAP, GAP, 5.0], True),
        # It has ended: as scheduled, and the shadow variant is gone, or is kept and reports its instances.
        (0, RUNNING, False),
        (-0.1, RUNNING, False),
        (-1000, RUNNING, False),
        (-0.1, [GAP] * 3, False),
        # It has not started, or was ended before: there are no instances.
        (5, [GAP] * 3, False),
        (5, [0.0] * 3, False),
        (5, [5.0, GAP, GAP], False),
    ],
)
def test_it_rings_from_that_time_on_until_the_test_ends(
    declared: Any, hours_left: float, instances: Series, ringing: bool
) -> None:
    assert rings(made(declared), hours_left, instances) is ringing


def test_a_test_that_will_not_end_never_rings(declared: Any) -> None:
    alarm = made(declared)

    assert not any(rings(alarm, hours, RUNNING, scheduled_end="0") for hours in (-100, 0, 1, 23, 1000))


def test_the_end_is_an_attribute_and_an_update_asks_for_it(declared: Any) -> None:
    alarm = made(declared)

    (experiment,) = declared.template.find_resources("Custom::SageMakerInferenceExperiment")
    expression = next(each["Expression"] for each in alarm["Metrics"] if "Expression" in each)
    references = [part for part in expression["Fn::Join"][1] if isinstance(part, dict)]
    assert references == [{"Fn::GetAtt": [experiment, "ScheduledEndEpoch"]}] * 2
    assert declared.properties()["Attributes"] == ["ScheduledEndEpoch"]


def test_without_the_alarm_nothing_is_asked_for(declared: Any) -> None:
    assert "Attributes" not in declared.rendered()


def test_nothing_else_is_deployed_for_it(declared: Any) -> None:
    experiment = declared.experiment()
    before = set(Template.from_stack(declared.stack).to_json()["Resources"])
    other = type(declared)()
    other.experiment().alarm_ends_soon(other.stack, "EndsSoon", before=DAY)

    added = set(other.template.to_json()["Resources"]) - before
    assert [each for each in added if not each.startswith("EndsSoon")] == []
    assert experiment.node.path == "Demo/ShadowTest"


def test_it_is_on_one_metric_of_the_shadows_instances(declared: Any) -> None:
    (stat,) = [each["MetricStat"] for each in made(declared)["Metrics"] if "MetricStat" in each]

    dimensions = {each["Name"]: each["Value"] for each in stat["Metric"]["Dimensions"]}
    assert (stat["Metric"]["Namespace"], dimensions["VariantName"]) == ("/aws/sagemaker/Endpoints", "Shadow-01")
    assert (stat["Period"], stat["Stat"]) == (300, "SampleCount")


def test_its_options_are_the_callers(declared: Any) -> None:
    alarm = made(declared, alarm_name="mine", evaluation_periods=3, datapoints_to_alarm=2, period=Duration.minutes(1))

    assert (alarm["AlarmName"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == ("mine", 3, 2)
    assert [each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each] == [60]


def test_it_says_what_is_going_to_happen(declared: Any) -> None:
    alarm = made(declared, before=Duration.minutes(90))

    assert alarm["AlarmDescription"] == "Shadow test on endpoint shop: less than 1.5 hours are left until its end"
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (1.5, "notBreaching")
    assert (alarm["EvaluationPeriods"], "DatapointsToAlarm" in alarm) == (1, False)


@pytest.mark.parametrize("of", ["an alarm", "a dashboard"])
def test_cdk_finds_nothing_to_say_about_the_expression(declared: Any, of: str) -> None:
    """Some versions of aws-cdk-lib take the token of the end for identifiers."""
    if of == "an alarm":
        made(declared)
    else:
        ShadowTestDashboard(declared.stack, "Watched", experiment=declared.experiment())

    about_math = Match.string_like_regexp("Math|identifier|expression")
    assert Annotations.from_stack(declared.stack).find_warning("*", about_math) == []


@pytest.mark.parametrize(
    "end_time",
    [END, END.astimezone(timezone(timedelta(hours=2))), "2030-01-31T12:00:00Z", "2030-01-31T14:00:00+02:00"],
)
def test_the_end_may_be_given(declared: Any, end_time: Any) -> None:
    alarm = made(declared, end_time=end_time)

    assert rings(alarm, 23.9, RUNNING)
    assert not rings(alarm, 24.1, RUNNING)
    assert not rings(alarm, -0.1, RUNNING)
    assert "Attributes" not in declared.properties()


def test_an_import_is_given_its_end(declared: Any) -> None:
    imported(declared.stack, **NAMES).alarm_ends_soon(declared.stack, "EndsSoon", before=DAY, end_time=END)

    assert rings(properties(declared.template), 23.9, RUNNING)


def test_an_alarm_of_another_stack_is_given_the_end(declared: Any) -> None:
    stack = Stack(declared.app, "Watching")
    declared.experiment().alarm_ends_soon(stack, "EndsSoon", before=DAY, end_time=END)

    assert rings(properties(Template.from_stack(stack)), 23.9, RUNNING)


@pytest.mark.parametrize("alarm_is_nested", [True, False])
def test_nested_stacks_are_deployed_together(declared: Any, alarm_is_nested: bool) -> None:
    nested = NestedStack(NestedStack(declared.stack, "Outer"), "Inner")
    of_alarm, of_test = (nested, declared.stack) if alarm_is_nested else (declared.stack, nested)
    experiment = declared.experiment_in(of_test, "ShadowTest")

    experiment.alarm_ends_soon(of_alarm, "EndsSoon", before=DAY)

    # The end is a parameter, or the output of a nested stack: neither is an export.
    assert "Fn::Join" in str(properties(Template.from_stack(of_alarm))["Metrics"])
    assert "Export" not in str(Template.from_stack(declared.stack).to_json().get("Outputs", {}))


TOKEN = Token.as_string({"Ref": "End"})
MISSING = "end_time is missing, must be given for an import, and for an alarm that is not deployed with the experiment"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"before": Duration.hours(0)}, "before is PT0S, must be at least PT5M (period * evaluation_periods)"),
        ({"before": Duration.minutes(4)}, "before is PT4M, must be at least PT5M (period * evaluation_periods)"),
        ({"before": Duration.minutes(10), "evaluation_periods": 3}, "before is PT10M, must be at least PT15M"),
        ({"before": Duration.seconds(30), "period": Duration.minutes(1)}, "before is PT30S, must be at least PT1M"),
        ({"before": Duration.days(31)}, "before is P31D, must be at most P30D"),
        (
            {"before": Duration.days(29), "period": Duration.minutes(30), "evaluation_periods": 49},
            "period * evaluation_periods is P1DT30M, must be at most P1D for a period of PT30M",
        ),
        (
            {"before": Duration.days(29), "period": Duration.hours(1), "evaluation_periods": 169},
            "period * evaluation_periods is P7DT1H, must be at most P7D for a period of PT1H",
        ),
        ({"end_time": "2030-01-31"}, "end_time is '2030-01-31', without a time zone: must be an ISO 8601 timestamp"),
        ({"end_time": datetime(2030, 1, 31)}, "end_time is '2030-01-31T00:00:00', without a time zone"),  # noqa: DTZ001
        ({"end_time": "tomorrow"}, "end_time is 'tomorrow', must be an ISO 8601 timestamp with a time zone"),
        ({"end_time": date(2030, 1, 31)}, "end_time is datetime.date(2030, 1, 31), must be an ISO 8601 timestamp"),
        ({"end_time": TOKEN}, "end_time is a token, must be a literal time"),
    ],
)
def test_what_can_not_be_is_refused(declared: Any, wrong: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=f"Demo/ShadowTest: {re.escape(fault)}"):
        made(declared, **wrong)


def test_a_time_before_the_end_that_only_the_deployment_knows_is_refused(declared: Any) -> None:
    hours = CfnParameter(declared.stack, "Hours", type="Number").value_as_number

    with pytest.raises(ValueError, match="ShadowTest: before is a token, must be a literal duration, because a templ"):
        made(declared, before=Duration.hours(hours))


def test_a_period_that_only_the_deployment_knows_is_not_compared(declared: Any) -> None:
    seconds = CfnParameter(declared.stack, "Seconds", type="Number").value_as_number

    for period, before in ((Duration.seconds(seconds), Duration.hours(0)), (None, Duration.days(31))):
        with pytest.raises(ValueError, match=r"before is (PT0S, must be more than PT0S|P31D, must be at most P30D)"):
            made(type(declared)(), before=before, period=period, evaluation_periods=1)


def test_an_import_whose_end_is_not_given_is_refused(declared: Any) -> None:
    with pytest.raises(ValueError, match=f"Demo/Imported: {MISSING}"):
        imported(declared.stack, **NAMES).alarm_ends_soon(declared.stack, "EndsSoon", before=DAY)


@pytest.mark.parametrize("app", [None, App()], ids=["same app", "another app"])
def test_an_alarm_of_another_stack_whose_end_is_not_given_is_refused(declared: Any, app: App | None) -> None:
    stack = Stack(app or declared.app, "Watching")

    with pytest.raises(ValueError, match=f"Demo/ShadowTest: {MISSING}"):
        declared.experiment().alarm_ends_soon(stack, "EndsSoon", before=DAY)
    assert "Attributes" not in declared.properties()


def test_a_duration_of_another_type_is_refused_with_the_other_faults(declared: Any) -> None:
    with pytest.raises(
        ValueError,
        match=r"before is 24, must be an aws_cdk.Duration, such as Duration.hours\(24\); period is 300, must be .*; "
        r"end_time is 'x'",
    ):
        made(declared, before=24, period=300, end_time="x")


def test_all_faults_are_said_at_once(declared: Any) -> None:
    with pytest.raises(ValueError, match=r"before is P31D, must be at most P30D, as a test is; end_time is 'x'"):
        made(declared, before=Duration.days(31), end_time="x")


def test_an_import_that_lacks_a_name_has_none(declared: Any) -> None:
    with pytest.raises(ValueError, match="Demo/Imported: shadow_variant_name is not known"):
        imported(declared.stack, endpoint_name="shop").alarm_ends_soon(
            declared.stack, "EndsSoon", before=DAY, end_time=END
        )


def test_each_experiment_and_scope_has_its_own(declared: Any) -> None:
    experiment: InferenceExperiment = declared.experiment()

    alarms = [experiment.alarm_ends_soon(declared.stack, f"In{n}", before=Duration.hours(n)) for n in (1, 24)]

    assert all(isinstance(alarm, CdkAlarm) for alarm in alarms)
    assert declared.properties()["Attributes"] == ["ScheduledEndEpoch"]
