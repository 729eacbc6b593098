"""Reports of live tests, on CloudWatch as it is documented."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local.sagemaker.traffic import Performance
from shadowtest.reporting import rendering
from shadowtest.reporting.making import NOT_COMPLETE_YET, NOT_STARTED, TOO_OLD
from shadowtest.reporting.rendering.words import row
from tests.support.report_scene import Scene, of


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_production_stands_beside_shadow(scene: Scene) -> None:
    report = scene.runs(timedelta(hours=2), per_minute=600).report()

    requests = of(report, "Invocations")
    assert report.window is not None
    assert requests.production.number == 600 * report.window.length
    # In the first minutes, while the test was Starting, the shadow variant was not deployed yet.
    assert requests.shadow.number == 300 * (report.window.length - 4)
    assert requests.ratio == pytest.approx(0.5, rel=0.05)
    latency = of(report, "ModelLatency", "p50")
    assert latency.production.number == pytest.approx(40, rel=0.05)
    assert latency.ratio == pytest.approx(1.25, rel=0.05)
    errors = of(report, "Invocation5XXErrors", "share")
    assert errors.shadow.number == pytest.approx(5, rel=0.02)
    assert errors.shadow.count == pytest.approx(0.05 * requests.shadow.number, rel=0.02)
    assert errors.ratio is None


def test_only_the_tests_own_time_counts(scene: Scene) -> None:
    scene.runs(timedelta(hours=2), per_minute=600)
    running = scene.report()
    scene.world.stop(ModelVariantActions={"AllTraffic": "Retain", "Shadow-01": "Retain"})
    scene.goes_on(timedelta(days=3))

    report = scene.report()

    assert (report.status, report.experiment) == ("Completed", "trial")
    assert report.window is not None
    assert report.end is not None
    assert report.window.end <= report.end
    assert running.window is not None
    assert 0 < report.window.length - running.window.length < 10


def test_the_periods_of_percentiles_are_long_enough_for_both_variants(scene: Scene) -> None:
    report = scene.runs(timedelta(days=2), per_minute=20).report()

    # The shadow variant gets 10 a minute, so 1,000 in 6 hours but not in one.
    assert report.percentile_window is not None
    assert report.percentile_window.period == 6 * 3600
    assert of(report, "ModelLatency", "p99").shadow.periods == report.percentile_window.length


def test_a_percentile_of_too_few_requests_is_not_told(scene: Scene) -> None:
    report = scene.runs(timedelta(hours=3), per_minute=6).report()

    assert row(of(report, "ModelLatency", "p99")) == (
        "Model latency, p99",
        "too few requests (360 of 1,000)",
        "too few requests (180 of 1,000)",
        "-",
    )
    assert of(report, "ModelLatency", "p50").ratio is not None


def test_a_test_without_requests_has_no_data_and_no_zeros(scene: Scene) -> None:
    report = scene.runs(timedelta(hours=2), per_minute=0).report()

    assert {row(each)[1:] for each in report.comparisons if "Utilization" not in each.metric_name} == {
        ("no data", "no data", "-")
    }
    assert of(report, "CPUUtilization", "average").production.number is not None


def test_gpus_are_told_of_instances_that_have_them(scene: Scene) -> None:
    report = scene.runs(timedelta(hours=1), per_minute=60, challenger=Performance(gpu=80)).report()

    gpu = of(report, "GPUUtilization", "average")
    assert row(gpu)[1] == "no data"
    assert gpu.shadow.number == pytest.approx(80, rel=0.05)


@pytest.mark.parametrize(
    ("status", "told"), [("Forbidden", "no data (Forbidden)"), ("PartialData", "1,200, not complete (PartialData)")]
)
def test_what_cloudwatch_does_not_give_is_told(scene: Scene, status: str, told: str) -> None:
    scene.cloudwatch.statuses["Invocations"] = status
    scene.cloudwatch.messages.append({"Code": "Internal", "Value": "try later"})

    report = scene.runs(timedelta(minutes=18, seconds=30), per_minute=60).report()

    assert row(of(report, "Invocations"))[1] == told
    assert report.notes == ("CloudWatch says: Internal: try later",)


def test_many_pages_make_one_report(scene: Scene) -> None:
    whole = scene.runs(timedelta(hours=3), per_minute=60).report()
    scene.cloudwatch.page = 7

    assert scene.report() == whole


def test_cloudwatch_is_asked_twice(scene: Scene) -> None:
    scene.runs(timedelta(days=7), per_minute=60).report()

    assert len(scene.cloudwatch.asked) == 2


@pytest.mark.parametrize("status", ["Created", "Creating", "Starting"])
def test_a_test_that_has_not_started_has_nothing_to_compare(scene: Scene, status: str) -> None:
    scene.world.reach(status)

    report = scene.report()

    assert (report.comparisons, report.notes, scene.cloudwatch.asked) == ((), (NOT_STARTED,), [])


def test_a_test_that_has_just_started_has_to_wait() -> None:
    scene = Scene(starting=timedelta(seconds=90))
    scene.world.reach("Running")

    assert scene.report().notes == (NOT_COMPLETE_YET,)


def test_what_cloudwatch_does_not_keep_is_told(scene: Scene) -> None:
    scene.runs(timedelta(hours=2), per_minute=60)
    scene.world.stop()
    scene.goes_on(timedelta(days=100))
    assert of(scene.report(), "Invocations").production.number

    scene.goes_on(timedelta(days=400))

    assert scene.report().notes == (TOO_OLD,)


def test_the_comment_has_the_numbers_first_and_a_marker(scene: Scene) -> None:
    document = rendering.document([scene.runs(timedelta(hours=2), per_minute=600).report()]).rendered("markdown")

    assert document.startswith(
        "<!-- shadowtest report RankingShadowTest -->\n### Shadow tests of stack RankingShadowTest\n\n"
        "**ShadowTest**: experiment trial\n\n|  | "
    )
    assert document.index("| Requests | ") < document.index("<details>")


def test_the_numbers_stay_where_the_comment_has_no_room(scene: Scene) -> None:
    report = scene.runs(timedelta(hours=2), per_minute=600).report()
    whole = rendering.document([report]).rendered("markdown")

    document = rendering.document([report, replace(report, logical_id="Other")], max_bytes=2500).rendered("markdown")

    assert document.count("| Requests | ") == document.count("| Memory, average | ") == 2
    assert document.count("<!--") == 1
    assert "*The details are shortened.*" in document
    assert document.startswith(whole[: whole.index("<details>")])


def test_the_document_shows_what_is_told(scene: Scene) -> None:
    told = rendering.document([scene.runs(timedelta(hours=6), per_minute=600).report()]).rendered("text")

    assert f"```\n{told.strip()}\n```" in (Path(__file__).parents[2] / "docs" / "cli.md").read_text()


@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_a_value_of_awss_commands_nothing(scene: Scene, kind: str) -> None:
    report = replace(
        scene.runs(timedelta(hours=1), per_minute=60).report(), status_reason="<script>alert(1)</script>\x1b[31m|@all"
    )

    document = rendering.document([report]).rendered(kind)

    assert "\x1b" not in document
    assert ("<script>" in document) == (kind == "text")
    assert "@all" not in document or kind != "markdown"
