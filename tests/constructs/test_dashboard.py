"""The dashboard of a test, as CloudWatch gets it."""

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration, Stack, Token
from aws_cdk.assertions import Template
from aws_cdk.aws_cloudwatch import TextWidget

from local.cloudwatch.metric_math import Series, identifiers
from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
    ModelVariant,
    Schedule,
    ShadowTestDashboard,
)
from tests.support.cloudwatch import Dashboard, Stat
from tests.support.imported import NAMES, imported

START, END = datetime(2030, 1, 7, tzinfo=UTC), datetime(2030, 1, 10, tzinfo=UTC)


def rendered(declared: Any, experiment: Any = None, **options: Any) -> Dashboard:
    ShadowTestDashboard(
        declared.stack,
        "Dashboard",
        experiment=experiment if experiment is not None else declared.experiment(),
        **options,
    )
    (resource,) = declared.template.find_resources("AWS::CloudWatch::Dashboard").values()
    return Dashboard(resource["Properties"])


def times(dashboard: Dashboard) -> list[tuple[str, str]]:
    """The vertical annotations, which all graphs have to share."""
    (shared,) = {
        tuple((each["label"], each["value"]) for each in graph.properties.get("annotations", {}).get("vertical", []))
        for graph in dashboard.graphs
    }
    return list(shared)


def test_production_and_shadow_are_side_by_side(declared: Any) -> None:
    dashboard = rendered(declared)

    shown = {graph.title: [line.label for line in graph.lines(lambda _: [1.0])] for graph in dashboard.graphs}
    both, percentiles = ["production", "shadow"], ["p50", "p90", "p99"]
    assert shown == {
        "Invocations": [*both, "10 % of production"],
        "Share of the traffic that reaches the shadow": ["shadow"],
        "Invocations per instance": both,
        "Model latency, p50": both,
        "Model latency, p90": both,
        "Model latency, p99": both,
        "Model latency, shadow / production": percentiles,
        "Model latency, shadow - production": percentiles,
        "Overhead latency, average": both,
        "Model errors": both,
        "4XX errors": both,
        "5XX errors": both,
        "Model errors, shadow - production": ["shadow - production"],
        "CPU, 100 % each core": both,
        "Memory": both,
        "Disk": both,
    }


def test_a_variant_has_one_colour_in_all_graphs(declared: Any) -> None:
    colours = defaultdict(set)

    for graph in rendered(declared).graphs:
        for line in graph.lines(lambda _: [1.0]):
            colours[line.label].add(line.color)

    assert colours["production"] == {"#1f77b4"}
    assert colours["shadow"] == {"#ff7f0e"}


@pytest.mark.parametrize(
    ("gpu", "changes"),
    [(False, {}), (True, {"conclusion": Conclusion.cancel()}), (True, {})],
    ids=["with the time left", "without it", "with gpus"],
)
def test_rows_fill_the_24_columns(declared: Any, gpu: bool, changes: dict[str, Any]) -> None:
    rows = defaultdict(list)
    experiment = declared.experiment(**changes)
    alarms = [experiment.alarm_shadow_error_rate(declared.stack, "Fails")] if gpu else []

    for widget in rendered(declared, experiment, gpu=gpu, alarms=alarms).widgets:
        rows[widget["y"], widget["height"]].append((widget["x"], widget["width"]))

    below = 0
    for (y, height), widgets in rows.items():
        assert y == below
        below += height
        assert [x for x, _ in widgets] == [sum(width for _, width in widgets[:i]) for i in range(len(widgets))]
        assert sum(width for _, width in widgets) == 24


def test_every_expression_refers_to_what_its_graph_defines(declared: Any) -> None:
    dashboard = rendered(declared, gpu=True)
    for graph in [*dashboard.graphs, *dashboard.numbers]:
        used = set().union(*(identifiers(expression) for expression in graph.expressions.values()))

        assert used <= graph.ids, graph.title


def test_the_text_says_what_is_tested(declared: Any) -> None:
    experiment = declared.experiment(schedule=Schedule.start_at(START, until=END))

    lines = rendered(declared, experiment).text.splitlines()

    assert lines[0].startswith("## Shadow test <ShadowTest")
    assert lines[1:4] == [
        "| endpoint | sampling | start | end |",
        "| --- | --- | --- | --- |",
        "| shop | 10 % | 2030-01-07T00:00:00Z | 2030-01-10T00:00:00Z |",
    ]
    assert lines[5:9] == [
        "|  | variant | model | instance type |",
        "| --- | --- | --- | --- |",
        "| production | AllTraffic | champion | ml.m5.xlarge |",
        "| shadow | Shadow-01 | challenger | ml.m5.xlarge |",
    ]


def test_times_that_are_known_at_deployment_are_in_the_text_only(declared: Any) -> None:
    dashboard = rendered(declared, declared.experiment(schedule=Schedule.start_now(for_=Duration.days(3))))

    assert ".StartTime> |" in dashboard.text
    assert ".EndTime> |" in dashboard.text
    assert times(dashboard) == []


LATER = timezone(timedelta(hours=2))
SOME_TIME = Token.as_string({"Ref": "Time"})
SOME_HOURS = Duration.hours(Token.as_number({"Ref": "Hours"}))


@pytest.mark.parametrize(
    ("schedule", "annotated"),
    [
        (None, []),
        (Schedule.start_now(), []),
        (Schedule.start_now(until=END), [("end", "2030-01-10T00:00:00Z")]),
        (
            Schedule.start_at(START.astimezone(LATER), until="2030-01-10T02:00:00+02:00"),
            [("start", "2030-01-07T00:00:00Z"), ("end", "2030-01-10T00:00:00Z")],
        ),
        (
            Schedule.start_at(START, for_=Duration.hours(36)),
            [("start", "2030-01-07T00:00:00Z"), ("end", "2030-01-08T12:00:00Z")],
        ),
        (
            Schedule.start_at(START),
            [("start", "2030-01-07T00:00:00Z"), ("end", "2030-01-14T00:00:00Z")],
        ),
        (Schedule.start_at(START, until=SOME_TIME), [("start", "2030-01-07T00:00:00Z")]),
        (Schedule.start_at(START, for_=SOME_HOURS), [("start", "2030-01-07T00:00:00Z")]),
        (Schedule.start_at(SOME_TIME, for_=Duration.hours(1)), []),
    ],
    ids=[
        "none",
        "now",
        "until",
        "from, until",
        "from, for",
        "from, for SageMaker's 7 days",
        "from, until a token",
        "from, for a token",
        "from a token, for",
    ],
)
def test_literal_times_are_in_every_graph(
    declared: Any, schedule: Schedule | None, annotated: list[tuple[str, str]]
) -> None:
    assert times(rendered(declared, declared.experiment(schedule=schedule))) == annotated


def test_a_dashboard_may_be_in_another_stack(declared: Any) -> None:
    stack = Stack(declared.app, "Watching")
    ShadowTestDashboard(stack, "Dashboard", experiment=declared.experiment())

    (resource,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    dashboard = Dashboard(resource["Properties"])
    assert dashboard.text.startswith("## Shadow test <Demo:ExportsOutputRefShadowTest")
    assert [each.title for each in dashboard.numbers] == ["Requests so far"], (
        "the end would be an export, which is fixed"
    )
    assert "Attributes" not in declared.properties()


def test_a_model_that_only_the_deployment_knows_is_shown_where_it_changes_with_the_test(declared: Any) -> None:
    model = CfnParameter(declared.stack, "Model").value_as_string
    experiment = declared.experiment(shadow_variant=ModelVariant(model=model, variant_name="Shadow-01"))
    watching = Stack(declared.app, "Watching")
    for stack in (declared.stack, watching):
        ShadowTestDashboard(stack, "Dashboard", experiment=experiment)

    (here,), (elsewhere,) = (
        Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
        for stack in (declared.stack, watching)
    )
    assert "| shadow | Shadow-01 | <Model> | ml.m5.xlarge |" in Dashboard(here["Properties"]).text
    assert "| shadow | Shadow-01 | - | ml.m5.xlarge |" in Dashboard(elsewhere["Properties"]).text


AS_SERVED: dict[str, Any] = {"production_variant": None, "shadow_variant": ModelVariant(model="challenger")}


@pytest.mark.parametrize("over", [{}, {"conclusion": Conclusion.remove_shadow()}], ids=["live", "over"])
def test_instance_types_that_synth_does_not_know_are_those_of_the_deployment(
    declared: Any, over: dict[str, Any]
) -> None:
    schedule = Schedule.start_at(START, until=END)

    text = rendered(declared, declared.experiment(**AS_SERVED, **over, schedule=schedule)).text

    assert re.search(r"\| production \| .* \| <ShadowTest\w+.ProductionInstanceType> \|", text)
    assert re.search(r"\| shadow \| .* \| challenger \| <ShadowTest\w+.ShadowInstanceType> \|", text)
    assert declared.properties()["Attributes"] == ["ProductionInstanceType", "ShadowInstanceType"]


def test_only_the_instance_type_that_is_not_declared_is_asked_for(declared: Any) -> None:
    shadow = ModelVariant(model="challenger", instance_type="ml.g5.xlarge")

    text = rendered(declared, declared.experiment(**AS_SERVED | {"shadow_variant": shadow})).text

    assert "| challenger | ml.g5.xlarge |" in text
    assert declared.properties()["Attributes"] == ["ProductionInstanceType", "ScheduledEndEpoch"]


def test_a_dashboard_of_another_stack_has_no_instance_types_of_the_deployment(declared: Any) -> None:
    stack = Stack(declared.app, "Watching")
    ShadowTestDashboard(stack, "Dashboard", experiment=declared.experiment(**AS_SERVED))

    (resource,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    assert "| challenger | - |" in Dashboard(resource["Properties"]).text
    assert "Attributes" not in declared.properties()


HOUR = 3600.0


def test_the_time_that_is_left_is_shown_in_hours(declared: Any) -> None:
    experiment = declared.experiment(schedule=Schedule.start_at(START, until=END))
    left = rendered(declared, experiment).numbers[0]
    moments = [END.timestamp() - hours * HOUR for hours in (72, 1.5, 0, -1)]

    def running(stat: Stat) -> Series:
        assert (stat.variant_name, stat.statistic) == ("Shadow-01", "SampleCount")
        return [5.0, 5.0, 5.0, 5.0]

    (line,) = left.lines(running, moments)
    assert (left.title, line.label, line.values) == ("Time left", "hours left", [72, 1.5, None, None])
    assert left.lines(lambda _: [None] * 4, moments)[0].values == [None] * 4
    assert "Attributes" not in declared.properties()


def test_an_end_that_synth_does_not_know_is_that_of_the_deployment(declared: Any) -> None:
    left = rendered(declared).numbers[0]

    assert left.title == "Time left"
    assert str(left.expressions).count(".ScheduledEndEpoch>") == 2
    assert declared.properties()["Attributes"] == ["ScheduledEndEpoch"]


@pytest.mark.parametrize(
    "over",
    [
        {"conclusion": Conclusion.promote_shadow(), "schedule": Schedule.start_at(START, until=END)},
        {"conclusion": Conclusion.cancel()},
    ],
)
def test_a_test_that_is_declared_as_ended_has_no_time_left(declared: Any, over: dict[str, Any]) -> None:
    numbers = rendered(declared, declared.experiment(**over)).numbers

    assert [each.title for each in numbers] == ["Requests so far"]
    assert "Attributes" not in declared.properties()


def test_requests_are_counted_while_there_is_a_shadow_variant(declared: Any) -> None:
    requests = rendered(declared, period=Duration.minutes(1)).numbers[-1]
    data: dict[tuple[str, str], Series] = {
        ("Shadow-01", "CPUUtilization"): [None, 5, 5, 5, None],
        ("AllTraffic", "Invocations"): [1000, 1000, 2000, 3000, 4000],
        ("Shadow-01", "Invocations"): [None, None, 200, 300, None],
    }

    lines = requests.lines(lambda stat: data[stat.variant_name, stat.metric_name])

    assert {line.label: line.values[-2:] for line in lines} == {"production": [6000, None], "shadow": [500, None]}
    assert requests.properties["start"] == "-P30D"
    periods = {options.get("period", 300) for _, _, options in requests.entries}
    assert periods == {300}, "values of a minute are kept for 15 days only"


def test_latencies_are_in_milliseconds(declared: Any) -> None:
    latencies: dict[str, float] = {"AllTraffic": 40_000, "Shadow-01": 60_000}
    graphs = {graph.title: graph for graph in rendered(declared).graphs}

    for title, expected in (
        ("Model latency, p50", [40, 60]),
        ("Model latency, p90", [40, 60]),
        ("Model latency, p99", [40, 60]),
        ("Overhead latency, average", [40, 60]),
        ("Model latency, shadow - production", [20, 20, 20]),
    ):
        lines = graphs[title].lines(lambda stat: [latencies[stat.variant_name]])
        assert [line.values for line in lines] == [[value] for value in expected], title
        assert graphs[title].properties["yAxis"]["left"]["label"] == "Milliseconds"
    assert [
        line.values
        for line in graphs["Model latency, shadow / production"].lines(lambda stat: [latencies[stat.variant_name]])
    ] == [[1.5]] * 3


def test_alarms_have_a_row(declared: Any) -> None:
    experiment = declared.experiment()
    alarms = [
        experiment.alarm_ends_soon(declared.stack, "EndsSoon", before=Duration.hours(24)),
        experiment.alarm_shadow_error_rate(declared.stack, "Fails"),
    ]

    (widget,) = (each for each in rendered(declared, experiment, alarms=alarms).widgets if each["type"] == "alarm")

    shown = [re.sub(r"\w{8}\.Arn", "", each) for each in widget["properties"]["alarms"]]
    assert shown == ["<EndsSoon>", "<Fails>"]


def test_the_test_is_a_click_away(declared: Any) -> None:
    text = rendered(declared, declared.experiment(experiment_name="ranking-2030")).text

    assert (
        "[Open in the console](https://console.aws.amazon.com/sagemaker/home?region=<AWS::Region>#/shadow-tests/"
        in text
    )


def test_the_body_is_json_with_tokens_anywhere_in_it(declared: Any) -> None:
    def parameter(name: str, type: str = "String") -> CfnParameter:
        return CfnParameter(declared.stack, name, type=type)

    variant: dict[str, Any] = {"model": "m", "instance_type": parameter("Type").value_as_string}
    experiment = declared.experiment(
        endpoint=parameter("Endpoint").value_as_string,
        production_variant=ModelVariant(variant_name=parameter("Production").value_as_string, **variant),
        shadow_variant=ModelVariant(variant_name=parameter("Shadow").value_as_string, **variant),
        experiment_name=parameter("Name").value_as_string,
    )

    dashboard = rendered(declared, experiment)

    assert "| <Endpoint> | 10 % |" in dashboard.text
    assert "| production | <Production> | m | <Type> |" in dashboard.text
    stats = [stat for _, stat, _ in dashboard.graphs[2].entries]
    assert {stat.variant_name if isinstance(stat, Stat) else stat for stat in stats} == {"<Production>", "<Shadow>"}


@pytest.mark.parametrize(
    ("instance_type", "gpus"), [("ml.m5.xlarge", False), ("ml.c6gd.large", False), ("ml.g5.xlarge", True)]
)
def test_gpus_have_a_row_where_there_are_some(declared: Any, instance_type: str, gpus: bool) -> None:
    shadow = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type=instance_type)

    titles = [graph.title for graph in rendered(declared, declared.experiment(shadow_variant=shadow)).graphs]

    assert ("GPU, 100 % each" in titles) is gpus
    assert ("GPU memory, 100 % each" in titles) is gpus


def test_an_import_has_a_dashboard_of_what_it_knows(declared: Any) -> None:
    dashboard = rendered(declared, imported(declared.stack, **NAMES), gpu=True)

    assert dashboard.text.splitlines()[:9] == [
        "## Shadow test theirs",
        "| endpoint |",
        "| --- |",
        "| shop |",
        "",
        "|  | variant | model | instance type |",
        "| --- | --- | --- | --- |",
        "| production | AllTraffic | - | - |",
        "| shadow | Shadow-01 | - | - |",
    ]
    assert [each.title for each in dashboard.numbers] == ["Requests so far"]
    assert [line.label for line in dashboard.graphs[0].lines(lambda _: [1.0])] == ["production", "shadow"]
    assert "horizontal" not in dashboard.graphs[1].properties.get("annotations", {})
    assert dashboard.graphs[-1].title == "GPU memory, 100 % each"


def test_an_import_that_lacks_a_name_has_none(declared: Any) -> None:
    with pytest.raises(ValueError, match="Demo/Imported: shadow_variant_name is not known"):
        ShadowTestDashboard(
            declared.stack,
            "Dashboard",
            experiment=imported(declared.stack, endpoint_name="shop", production_variant_name="AllTraffic"),
        )


def test_the_period_is_that_of_all_metrics(declared: Any) -> None:
    dashboard = rendered(declared, period=Duration.minutes(1))
    for graph in [*dashboard.graphs, dashboard.numbers[0]]:
        assert {options.get("period") for _, _, options in graph.entries} == {60}, graph.title


def test_a_name_may_be_given_and_widgets_added(declared: Any) -> None:
    test = ShadowTestDashboard(
        declared.stack, "Dashboard", experiment=declared.experiment(), dashboard_name="shop-shadow-test"
    )

    test.dashboard.add_widgets(TextWidget(markdown="mine"))

    (resource,) = declared.template.find_resources("AWS::CloudWatch::Dashboard").values()
    assert resource["Properties"]["DashboardName"] == "shop-shadow-test"
    assert Dashboard(resource["Properties"]).widgets[-1]["properties"]["markdown"] == "mine"


def horizontal(dashboard: Dashboard) -> dict[str, list[tuple[str, Any]]]:
    """The horizontal lines of each graph that has some."""
    found = {
        graph.title: [
            (line["label"], line["value"]) for line in graph.properties.get("annotations", {}).get("horizontal", [])
        ]
        for graph in dashboard.graphs
    }
    return {title: lines for title, lines in found.items() if lines}


WITHOUT_A_GATE = {
    "Share of the traffic that reaches the shadow": [("sampling percentage", 10)],
    "Model latency, shadow / production": [("same as production", 1)],
    "Model latency, shadow - production": [("same as production", 0)],
    "Model errors, shadow - production": [("same as production", 0)],
}


@pytest.mark.parametrize("parameter", ["promote_if", "only_if"])
def test_the_limits_of_a_gate_are_lines_in_the_graphs_of_the_same(declared: Any, parameter: str) -> None:
    gate = Gate(
        criteria=[
            Criterion.traffic(min_invocations=20_000),
            Criterion.latency(statistic="p99", max=Duration.seconds(0.25), max_ratio=1.1),
            Criterion.latency(statistic="p50", max_ratio=1.05, enforce=False),
            # There are no graphs of this percentile.
            Criterion.latency(statistic="p99.9", max=Duration.seconds(1), max_ratio=2),
            Criterion.error_rate(max=1, max_increase=0.1),
            Criterion.error_rate(metric_name="Invocation5XXErrors", max=0.5, max_increase=0.2),
        ]
    )
    given = (
        {"promote_if": gate} if parameter == "promote_if" else {"conclusion": Conclusion.promote_shadow(only_if=gate)}
    )

    assert horizontal(rendered(declared, declared.experiment(**given))) == {
        **WITHOUT_A_GATE,
        "Model latency, p99": [("gate", 250)],
        "Model latency, shadow / production": [
            ("same as production", 1),
            ("gate, p99", 1.1),
            ("reported with the gate, p50", 1.05),
        ],
        "Model errors": [("gate", 1)],
        "5XX errors": [("gate", 0.5)],
        "Model errors, shadow - production": [("same as production", 0), ("gate", 0.1)],
    }


def test_without_a_gate_there_are_no_such_lines(declared: Any) -> None:
    assert horizontal(rendered(declared)) == WITHOUT_A_GATE
