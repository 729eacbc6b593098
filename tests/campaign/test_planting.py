"""A planted fault takes effect and is reached. Otherwise, an error says so."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from campaign import invariants, mutants, scene
from campaign.planting import ChangesNothingError, Mutant, replacing


class Handler:
    """A part that a life calls, and one that nobody calls."""

    @property
    def used(self) -> str:
        return "as it is"

    def unused(self) -> str:
        return "as it is"


@replacing
def loudly(original: Callable[..., str]) -> Callable[..., str]:
    return lambda *given: original(*given).upper()


IDLE = Mutant("changes what nobody calls", 1, ((Handler, "unused", loudly(Handler.unused)),))


def test_what_is_replaced_is_as_before_afterwards() -> None:
    with Mutant("", 1, ((Handler, "unused", loudly(Handler.unused)),)).planted() as idle:
        assert idle == {"Handler.unused"}
        assert Handler().unused() == "AS IT IS"
        assert idle == set()

    assert Handler().unused() == "as it is"


def test_a_property_can_be_replaced() -> None:
    with Mutant("", 1, ((Handler, "used", property(lambda _: "otherwise")),)).planted() as idle:
        assert Handler().used == "otherwise"
        assert idle == set()


def test_a_mutant_that_changes_what_nobody_calls_is_none() -> None:
    with pytest.raises(ChangesNothingError, match=r"nobody calls Handler\.unused"):
        IDLE.found_by(lives=1)


def test_a_part_of_a_mutant_that_nobody_calls_is_none() -> None:
    changes = ((scene, "behaviour", replacing(lambda original: original)(scene.behaviour)), *IDLE.changes)

    with pytest.raises(ChangesNothingError, match=r"nobody calls Handler\.unused$"):
        Mutant("changes half of it", 1, changes).found_by(lives=1)


def test_what_breaks_without_the_mutant_is_not_found_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    violation = SimpleNamespace(invariant=1)
    monkeypatch.setattr("campaign.planting.live", lambda _: SimpleNamespace(violations=[violation]))

    with pytest.raises(ChangesNothingError):
        IDLE.found_by(lives=1)


@pytest.mark.parametrize(
    ("what", "by", "complaint"),
    [
        ("gone", loudly(Handler.unused), r"there is no Handler\.gone"),
        ("unused", loudly(lambda _: "another"), r"Handler\.unused is not what the replacement was made of"),
    ],
)
def test_a_replacement_of_what_is_not_there_is_refused(what: str, by: Any, complaint: str) -> None:
    with pytest.raises(ChangesNothingError, match=complaint), Mutant("", 1, ((Handler, what, by),)).planted():
        pass


def test_it_fails_the_run_and_is_no_mutant_that_got_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "MUTANTS", (IDLE,))
    monkeypatch.setattr("campaign.planting.live", lambda _: SimpleNamespace(violations=[]))

    assert mutants.main() == 1

    printed = capsys.readouterr().out
    assert "CHANGES NOTHING ANY MORE: nobody calls Handler.unused" in printed
    assert "GOT AWAY" not in printed


def test_each_invariant_has_a_planted_fault_that_violates_it() -> None:
    assert {mutant.breaks for mutant in mutants.MUTANTS} == invariants.NAMES.keys()
