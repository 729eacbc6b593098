"""Tests of one deployment on the same endpoint: what is certain, and what depends on the order."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.observer import observe_endpoint
from shadowtest.planning.change import Change
from shadowtest.planning.live import Live
from shadowtest.planning.one_at_a_time import Crowd, InTheWay, Times
from shadowtest.planning.same_endpoint import with_each_other
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Alternative, Kind, Verdict
from shadowtest.planning.verdicts import foretell
from simulation.declarations import ENDPOINT, as_served
from tests.support.foreign import THEIRS, make_theirs
from tests.support.stack import Stack

JANUARY = Times(datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 20, tzinfo=UTC))
MARCH = Times(datetime(2030, 3, 1, tzinfo=UTC), datetime(2030, 3, 20, tzinfo=UTC))
ALWAYS = Times()
LIVE = InTheWay("endpoint shop has experiment live, which is Running", JANUARY, experiment="live")
FOREIGN = InTheWay("endpoint shop has experiment theirs, which is Created", MARCH, experiment="theirs")

Resources = dict[str, list[Verdict]]


def creates(times: Times = JANUARY, *, endpoint: str = "shop", kind: Kind = Kind.CREATE, new: str = "") -> Verdict:
    starts, ends = times.starts, times.ends
    return Verdict(kind, "new", "Create", endpoint=endpoint, new_endpoint=new, starts=starts, ends=ends)


def blocked(times: Times = JANUARY, *others: InTheWay) -> Verdict:
    """As it is told if nothing else is deployed."""
    crowd = Crowd("shop", times, others or (LIVE,))
    answer = crowd.answer
    assert answer is not None
    kind = Kind.REFUSED if answer.is_refused else Kind.UNKNOWN
    return Verdict(kind, "new", "Create", answer.why, endpoint="shop", crowd=crowd)


def ends(kind: Kind = Kind.END, request: str = "Update", name: str = "live") -> Verdict:
    return Verdict(kind, name, request, endpoint="shop")


def unknown(*alternatives: list[Verdict], request: str = "", name: str = "live") -> Verdict:
    return Verdict(
        Kind.UNKNOWN, name, request, alternatives=tuple(Alternative("if", tuple(each)) for each in alternatives)
    )


def changes(times: Times, kind: Kind = Kind.UPDATE, *, ends_then: bool = False) -> Verdict:
    starts, ends = times.starts, times.ends
    return Verdict(kind, "live", "Update", endpoint="shop", starts=starts, ends=ends, ends_then=ends_then)


def plans(*stacks: Resources, other_region: str | None = None) -> list[ResourcePlan]:
    """The resources of all stacks. ``other_region``: of all stacks but the first one."""
    made = [
        StackPlan(
            f"Stack-{number}",
            (other_region if number else None) or "eu-central-1",
            tuple(ResourcePlan(key, tuple(verdicts)) for key, verdicts in resources.items()),
        )
        for number, resources in enumerate(stacks)
    ]
    return [resource for plan in with_each_other(made) for resource in plan.resources]


def settled(*stacks: Resources, other_region: str | None = None) -> list[list[Kind]]:
    """The kinds of their verdicts."""
    return [[each.kind for each in resource.verdicts] for resource in plans(*stacks, other_region=other_region)]


CREATE, REFUSED, UNKNOWN = [Kind.CREATE], [Kind.REFUSED], [Kind.UNKNOWN]


@pytest.mark.parametrize(
    ("first", "second", "kinds"),
    [
        (creates(), creates(), [CREATE, REFUSED]),
        (creates(), creates(MARCH), [CREATE, UNKNOWN]),
        (creates(ALWAYS), creates(MARCH), [CREATE, REFUSED]),
        (creates(), creates(replace(MARCH, starts=None)), [CREATE, REFUSED]),
        (creates(), creates(replace(JANUARY, starts=JANUARY.ends, ends=None)), [CREATE, UNKNOWN]),
        (creates(), creates(endpoint="search"), [CREATE, CREATE]),
        # SageMaker tells names apart without regard to case.
        (creates(), creates(endpoint="Shop"), [CREATE, REFUSED]),
        # Endpoints that the deployment creates are shown in the same words.
        (creates(endpoint="new", new="One"), creates(endpoint="new", new="Other"), [CREATE, CREATE]),
        (creates(endpoint="new", new="One"), creates(endpoint="new", new="One"), [CREATE, REFUSED]),
        (creates(endpoint="One", new="One"), creates(endpoint="One"), [CREATE, CREATE]),
    ],
)
def test_two_new_tests(first: Verdict, second: Verdict, kinds: list[list[Kind]]) -> None:
    assert settled({"First": [first], "Second": [second]}) == kinds


def test_the_new_endpoints_of_two_stacks_are_two() -> None:
    new = creates(endpoint="new", new="Endpoint")

    assert settled({"Test": [new]}, {"Test": [new]}) == [CREATE, CREATE]


def test_the_new_endpoints_of_a_stack_in_two_regions_are_two() -> None:
    new = ResourcePlan("Test", (creates(endpoint="new", new="Endpoint"),))

    settled = with_each_other([StackPlan("Stack", region, (new,)) for region in ("eu-central-1", "us-east-1")])

    assert [each.resources[0].verdicts[0].kind for each in settled] == [Kind.CREATE, Kind.CREATE]


def test_an_endpoint_belongs_to_a_region() -> None:
    stacks: list[Resources] = [{"Test": [creates()]}, {"Test": [creates()]}]

    assert settled(*stacks) == [CREATE, REFUSED]
    assert settled(*stacks, other_region="us-east-1") == [CREATE, CREATE]


def test_a_third_test_is_compared_with_both() -> None:
    third = creates(replace(MARCH, ends=None))

    found = plans({"First": [creates()], "Second": [creates(MARCH)], "Third": [third]})

    assert [each.verdicts[0].kind for each in found] == [Kind.CREATE, Kind.UNKNOWN, Kind.REFUSED]
    assert "also gets the test of Second of stack Stack-0. An endpoint can have one" in found[2].verdicts[0].reason


def test_a_refused_test_is_not_in_the_way_of_a_third_one() -> None:
    assert settled({"First": [creates()], "Second": [creates(ALWAYS)], "Third": [creates(MARCH)]}) == [
        CREATE,
        REFUSED,
        UNKNOWN,
    ]


def test_what_comes_after_a_refused_test_does_not_happen() -> None:
    replaces = [ends(name="own"), creates(kind=Kind.REPLACE), Verdict(Kind.REMOVE, "own", "Delete")]

    assert settled({"First": [creates()], "Second": replaces}) == [CREATE, [Kind.END, Kind.REFUSED]]
    assert settled({"Second": replaces}) == [[Kind.END, Kind.REPLACE, Kind.REMOVE]]


@pytest.mark.parametrize("times", [JANUARY, MARCH])
@pytest.mark.parametrize("other", ["in the same stack", "in another stack", "in another region"])
@pytest.mark.parametrize(
    ("live", "opens", "opens_elsewhere"),
    [
        # It stays.
        ([Verdict(Kind.NOTHING, "live")], False, False),
        ([Verdict(Kind.ADOPT, "live", "Create")], False, False),
        ([Verdict(Kind.REFUSED, "live", "Update")], False, False),
        ([ends(name="another")], False, False),
        # It ends, and this is or is not after the new one has been created.
        ([ends()], True, True),
        ([ends(name="LIVE")], True, True),
        ([ends(Kind.PROMOTE)], True, True),
        ([ends(Kind.CALL_OFF)], True, True),
        ([ends(request="Delete")], False, True),
        # Another one follows on the endpoint, whichever comes first, or elsewhere.
        ([ends(), creates(ALWAYS, kind=Kind.REPLACE)], False, False),
        ([ends(), creates(ALWAYS, kind=Kind.REPLACE, endpoint="search")], True, True),
        # It is not known whether it ends.
        ([unknown([Verdict(Kind.NOTHING, "live")], [ends()])], True, True),
        ([unknown([Verdict(Kind.NOTHING, "live")], [ends(), creates(ALWAYS, kind=Kind.REPLACE)])], False, False),
        ([unknown([Verdict(Kind.NOTHING, "live")], [Verdict(Kind.REFUSED, "live", "Update")])], False, False),
        ([unknown(request="Update")], True, True),
        ([unknown(request="Delete")], False, True),
        ([unknown(name="another")], False, False),
        # It is at other times then.
        ([changes(JANUARY)], False, False),
        ([changes(ALWAYS)], False, False),
        ([changes(ALWAYS, ends_then=True), ends()], True, True),
    ],
)
def test_a_live_test_in_the_way(
    live: list[Verdict], *, opens: bool, opens_elsewhere: bool, other: str, times: Times
) -> None:
    resources: Resources = {"Live": live}
    new: Resources = {"New": [blocked(times)]}
    match other:
        case "in the same stack":
            found = settled(new | resources)[0]
        case "in another stack":
            found, opens = settled(new, resources)[0], opens_elsewhere
        case _:
            found, opens = settled(new, resources, other_region="us-east-1")[0], False

    # What overlaps is refused if it stays. SageMaker does not document the rest.
    refused = times == JANUARY or _follows(live, other)
    assert found == (UNKNOWN if opens or not refused else REFUSED)


def _follows(live: list[Verdict], other: str) -> bool:
    """Whether another test is created on the endpoint for certain."""
    return other != "in another region" and any(each.kind is Kind.REPLACE and each.endpoint == "shop" for each in live)


@pytest.mark.parametrize(("moved", "kind"), [(changes(MARCH), UNKNOWN), (changes(MARCH, Kind.START), UNKNOWN)])
def test_a_live_test_that_is_moved_out_of_the_way(moved: Verdict, kind: list[Kind]) -> None:
    assert settled({"New": [blocked()], "Live": [moved]})[0] == kind


@pytest.mark.parametrize("reverse", [False, True])
def test_the_live_test_that_refuses_a_new_one_decides(*, reverse: bool) -> None:
    """Of two on the endpoint, whichever is found first. The simulated SageMaker does not have two."""
    stack = Stack()
    make_theirs(stack)
    theirs = ObservedExperiment.from_api(stack.describe(THEIRS))
    scheduled = replace(theirs, name="later", status="Created", start=MARCH.starts, end=MARCH.ends, tags={})
    running = replace(theirs, name="running", status="Running", start=JANUARY.starts, end=JANUARY.ends, tags={})
    change = Change(stack.stack_id, "New", None, as_served(Schedule={"Duration": "P3D"}))
    now = datetime(2030, 1, 2, tzinfo=UTC)
    live = Live().with_endpoint(observe_endpoint(stack.ports.sagemaker(), ENDPOINT))
    for each in (running, scheduled) if reverse else (scheduled, running):
        live = live.with_experiment(each)

    (verdict,) = foretell(change, live, now).verdicts

    assert verdict.kind is Kind.REFUSED
    assert verdict.reason.startswith("endpoint shop has experiment running, which is Running: ")


def test_each_live_test_on_the_endpoint_is_looked_at() -> None:
    both = blocked(ALWAYS, LIVE, FOREIGN)

    assert settled({"New": [both]}) == [REFUSED]
    # One ends, and the other one stays.
    assert settled({"New": [both], "Live": [ends()]})[0] == REFUSED
    assert settled({"New": [both], "Live": [ends()], "Theirs": [ends(name="theirs")]})[0] == UNKNOWN
    # Neither order of the two makes a difference.
    assert blocked(MARCH, LIVE, FOREIGN).kind is blocked(MARCH, FOREIGN, LIVE).kind is Kind.REFUSED


def test_two_new_tests_in_the_place_of_one_that_ends() -> None:
    assert settled({"Live": [ends()], "First": [blocked()], "Second": [blocked()]})[1:] == [UNKNOWN, REFUSED]
    assert settled({"Live": [ends()], "First": [blocked()], "Second": [blocked(MARCH)]})[1:] == [UNKNOWN, UNKNOWN]


def test_the_one_with_a_live_test_in_the_way_is_refused() -> None:
    follows: Resources = {"Live": [ends(), creates(kind=Kind.REPLACE)]}

    for resources in ({"New": [blocked()], **follows}, {**follows, "New": [blocked()]}):
        found = dict(zip(resources, settled(resources), strict=True))
        assert found == {"New": REFUSED, "Live": [Kind.END, Kind.REPLACE]}


def test_a_test_that_may_be_created() -> None:
    perhaps = [unknown([Verdict(Kind.NOTHING, "live")], [creates(kind=Kind.REPLACE)])]

    (new, _) = plans({"New": [creates()], "Perhaps": perhaps})

    assert new.verdicts[0].kind is Kind.UNKNOWN
    assert "may also get the test of Perhaps of stack Stack-0. That depends on values" in new.verdicts[0].reason
    assert settled({"New": [creates(endpoint="search")], "Perhaps": perhaps})[0] == CREATE


def test_a_test_that_is_stopping_may_have_ended() -> None:
    stopping = replace(LIVE, is_open="It is not known whether it has ended by then")

    assert settled({"New": [blocked(JANUARY, stopping)]}) == [UNKNOWN]
