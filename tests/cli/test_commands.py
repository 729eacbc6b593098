"""The commands as a whole."""

import pytest

from shadowtest.commands import COMMANDS
from tests.support.command_line import CommandLine


def test_the_help_names_each_command_and_the_exit_codes(shadowtest: CommandLine) -> None:
    done = shadowtest("--help")

    assert done.code == 0
    for name, place in COMMANDS.items():
        assert f"  {name} " in done.out
        assert place.summary in done.out
    for code in range(5):
        assert f"\n    {code}  " in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(shadowtest: CommandLine, name: str) -> None:
    done = shadowtest(name, "--help")

    assert done.code == 0
    assert f"Usage: shadowtest {name}" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing command ('shadowtest --help' shows how to call it)"),
        (("lnit",), "there is no command lnit, did you mean lint?"),
        (("xyzzy",), "there is no command xyzzy, the commands are plan, "),
    ],
)
def test_a_command_that_is_none(shadowtest: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    done = shadowtest(*arguments)

    assert done.code == 1
    assert done.err.startswith(f"error: {said}")
    assert len(done.err.splitlines()) == 1


def test_its_version_is_the_packages(shadowtest: CommandLine) -> None:
    assert shadowtest("--version").out.startswith("shadowtest, version ")
