"""What a reviewer reads of a pull request."""

import io
import json
import re

import pytest
from rich.console import Console

from shadowtest.markdown.text import plain
from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering import markdown
from shadowtest.planning.rendering.json_document import render_json
from shadowtest.planning.rendering.markdown import render_markdown
from shadowtest.planning.rendering.text import render_text
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Alternative, Difference, Kind, Verdict
from simulation.declarations import Declaration, as_served
from tests.support.endpoint import scale
from tests.support.stack import Stack

BEFORE = as_served()
NO_COST = Cost(0, None, "USD", ())
NAME = "demo-shadowtest-1-1462f2278e85"
SAMPLING = as_served(sampling=50)
ANOTHER_MODEL = as_served("contender")
PROMOTION = BEFORE | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}


def plan_of(new: Declaration, *, instances: int = 1) -> StackPlan:
    """The plan of a pull request, of a test that runs."""
    stack = Stack()
    scale(stack, instances)
    name = stack.create(BEFORE).physical_id
    change = Change(stack.stack_id, stack.logical_id, BEFORE, new, name)
    verdicts = verdicts_of(change, stack.ports.sagemaker(), stack.clock.now())
    return StackPlan("Demo", "us-east-1", (ResourcePlan(stack.logical_id, verdicts),))


def text_of(plan: StackPlan) -> str:
    out = io.StringIO()
    Console(file=out, width=400).print(render_text([plan], NO_COST))
    return out.getvalue()


def test_more_sampling_is_an_update_that_can_be_undone() -> None:
    document = render_markdown([plan_of(SAMPLING)], NO_COST)

    assert document.startswith("<!-- shadowtest plan Demo -->\n### Shadow tests of stack Demo\n\n**ShadowTest**\n\n")
    assert (
        f"- **Update in place**: Experiment {NAME} changes SamplingPercentage from 10 to 50. The test continues, and "
        "production does not change. Can be undone.\n\n<details>"
    ) in document
    assert "  - SamplingPercentage: declared 50, live 10.\n" in document
    assert "Shadow variant Shadow (challenger) is billed on 1 x ml.m5.xlarge until then" in document


def test_another_model_without_a_new_run_is_refused_with_the_way_out() -> None:
    document = render_markdown([plan_of(ANOTHER_MODEL)], NO_COST)

    assert (
        "- **REFUSED**: The deployment fails: ModelVariants.Shadow.ModelName (declared contender, live challenger) "
        f"can't change while {NAME} is Running. Start a new run (change Run from '1').\n"
    ) in document
    assert "undone" not in document


def test_a_promotion_says_what_serves_from_then_on_and_that_it_is_final() -> None:
    document = render_markdown([plan_of(PROMOTION, instances=3)], NO_COST)

    assert (
        f"- **Promote**: Experiment {NAME} ends. Shadow variant Shadow (challenger) takes all traffic on "
        "3 x ml.m5.xlarge. Production variant AllTraffic (champion) is removed. Can't be undone.\n"
    ) in document
    assert "Production variant Shadow (challenger) is billed on 3 x ml.m5.xlarge, with no scheduled end." in document


@pytest.mark.parametrize("declared", [SAMPLING, ANOTHER_MODEL, PROMOTION])
def test_a_terminal_shows_the_same_sentences(declared: Declaration) -> None:
    plan = plan_of(declared)
    ((title, sentences),) = re.findall(r"^- \*\*(.+)\*\*: (.+)$", render_markdown([plan], NO_COST), re.M)

    assert f"{title} {sentences}" in " ".join(text_of(plan).split())


def test_a_new_run_says_how_the_old_one_ends_first() -> None:
    kinds = [verdict.kind for verdict in plan_of(BEFORE | {"Run": "2"}).resources[0].verdicts]

    assert kinds == [Kind.END, Kind.REPLACE, Kind.REMOVE]


def test_json_has_a_version_and_every_fact() -> None:
    document = json.loads(render_json([plan_of(SAMPLING)], NO_COST))

    assert document["schemaVersion"] == 1
    (verdict,) = document["stacks"][0]["resources"][0]["verdicts"]
    assert verdict["kind"] == "update in place"
    assert verdict["canBeUndone"] is True
    assert verdict["differences"] == [{"path": "SamplingPercentage", "declared": "50", "live": "10"}]
    assert re.fullmatch(r"2030-01-08T00:\d\d:\d\dZ", verdict["ends"])
    assert all(167 < each["instanceHours"] < 168 for each in verdict["bills"])


@pytest.mark.parametrize("max_bytes", [500, 1_500, 9_000])
def test_only_the_details_are_shortened(max_bytes: int) -> None:
    (resource,) = plan_of(SAMPLING).resources
    plan = StackPlan(
        "Demo", "us-east-1", tuple(ResourcePlan(f"Test{number}", resource.verdicts) for number in range(3))
    )
    heads = re.findall(r"^- \*\*.+$", render_markdown([plan], NO_COST), re.M)

    document = render_markdown([plan], NO_COST, max_bytes=max_bytes)

    assert re.findall(r"^- \*\*.+$", document, re.M) == heads
    assert (
        ("The details are shortened." in document)
        == (document != render_markdown([plan], NO_COST))
        == (max_bytes < 9_000)
    )
    assert len(document.encode()) <= max_bytes or "<details>" not in document


LONG = "x" * 200
UPDATE = Verdict(Kind.UPDATE, "trial", differences=(Difference("Description", f"'{LONG}'", "absent"),))


def planned(*verdicts: Verdict, tests: int = 1) -> StackPlan:
    resources = tuple(ResourcePlan(f"Test{number}", verdicts) for number in range(tests))
    return StackPlan("Demo", "us-east-1", resources)


def test_a_long_value_is_whole_in_the_details_only() -> None:
    document = render_markdown([planned(UPDATE)], NO_COST)

    assert f"changes Description from absent to '{'x' * 56}.... The test continues" in document
    assert document.count(LONG) == 1
    assert f"  - Description: declared '{LONG}', live absent." in document
    assert f"'{LONG}'" in text_of(planned(UPDATE))


def test_what_may_happen_has_long_values_in_full() -> None:
    unknown = Verdict(Kind.UNKNOWN, "trial", alternatives=(Alternative("c1", (UPDATE,)),))

    assert LONG in render_markdown([planned(unknown)], NO_COST)


@pytest.mark.parametrize("max_bytes", range(300, 1700, 20))
def test_no_condition_is_left_without_what_it_leads_to(max_bytes: int) -> None:
    alternatives = tuple(Alternative(f"c{number}", (UPDATE, UPDATE)) for number in range(3))
    unknown = Verdict(Kind.UNKNOWN, "trial", alternatives=alternatives)

    document = render_markdown([planned(unknown)], NO_COST, max_bytes=max_bytes)

    assert document.count(LONG) == 2 * document.count("  - With c")
    assert ("- Unknown trial\n  - With c0:" in document) == ("<details>" in document)


def test_shortening_renders_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def counted(text: str) -> str:
        rendered.append(text)
        return plain(text)

    monkeypatch.setattr(markdown, "plain", counted)
    plan = planned(UPDATE, UPDATE, tests=200)
    render_markdown([plan], NO_COST)
    without_limit = len(rendered)

    document = render_markdown([plan], NO_COST, max_bytes=100_000)

    assert len(rendered) == 2 * without_limit
    assert 95_000 < len(document.encode()) <= 100_000


def test_text_of_the_template_is_no_markup() -> None:
    told = Verdict(Kind.NOTHING, "trial", reason="<!-- shadowtest plan Other --> @team | [link](x) [bold]")
    plan = StackPlan("Demo", "us-east-1", (ResourcePlan("ShadowTest", (told,)),))

    document = render_markdown([plan], NO_COST)

    assert document.count("<!--") == 1
    assert "&#64;team \\| \\[link\\](x)" in document
    assert "[bold]" in text_of(plan)
