"""The Markdown that every command writes for the comment of a pull request."""

from hypothesis import given
from hypothesis import strategies as st

from shadowtest.markdown.comment import OfStack, OfTest, comment
from shadowtest.markdown.text import table

SHORTENED = "*The details are shortened.*"
words = st.text(alphabet="abcdefghijklmnopé→", min_size=1, max_size=40)


def _parts(prefix: str) -> st.SearchStrategy[list[str]]:
    """Of one or two lines each."""
    return st.lists(st.lists(words, min_size=1, max_size=2), max_size=6).map(
        lambda parts: ["\n".join(f"{prefix}{at}.{line}" for line in lines) for at, lines in enumerate(parts)]
    )


tests = st.builds(OfTest, verdict=_parts("verdict").filter(bool), details=_parts("detail"))
stacks = st.lists(st.builds(OfStack, stack=st.just("Shop"), tests=st.lists(tests, max_size=4)), max_size=3)


def _folded(document: str) -> list[str]:
    """The lines of each fold."""
    folds = document.split("<details><summary>Details</summary>\n\n")[1:]
    return [fold.partition("\n\n</details>\n")[0] for fold in folds]


@given(stacks, st.integers(min_value=0, max_value=1500))
def test_details_give_way_and_nothing_else(of_stacks: list[OfStack], max_bytes: int) -> None:
    whole = comment("plan", of_stacks, closing=["The end."])
    document = comment("plan", of_stacks, closing=["The end."], max_bytes=max_bytes)

    assert len(document.encode()) <= max_bytes or "<details>" not in document
    assert (SHORTENED in document) == (document != whole) == (len(whole.encode()) > max_bytes)
    for of_stack in of_stacks:
        for test in of_stack.tests:
            assert "\n".join(test.verdict) in document
    assert "\nThe end.\n" in f"\n{document}"
    # Each fold that is left begins as one of the whole, and ends with a whole part.
    starts = {"\n".join(test.details[:count]) for each in of_stacks for test in each.tests for count in range(1, 7)}
    assert set(_folded(document)) <= starts


def test_the_longest_details_are_shortened_first() -> None:
    long, short = [f"- {'x' * 40} {number}" for number in range(100)], ["- short"]
    of_stacks = [OfStack("Shop", [OfTest(["one"], long), OfTest(["two"], short)])]

    document = comment("plan", of_stacks, max_bytes=2000)

    first, second = _folded(document)
    assert second == "- short"
    assert 1500 < len(first.encode()) < len(document.encode()) <= 2000


def test_what_is_left_goes_to_the_first() -> None:
    of_stacks = [OfStack("Shop", [OfTest([f"{number}"], ["x" * 300]) for number in range(10)])]

    document = comment("plan", of_stacks, max_bytes=2000)

    assert len(_folded(document)) == 5
    assert document.endswith("\n\n5\n\n6\n\n7\n\n8\n\n9\n\n*The details are shortened.*\n")


def test_a_table_is_not_cut_between_its_head_and_its_first_row() -> None:
    parts = table(("field", "live"), [("a", "1"), ("b", "2")])

    assert parts == ["| field | live |\n|---|---|\n| a | 1 |", "| b | 2 |"]


def test_each_stack_has_one_marker_that_its_name_can_not_end() -> None:
    document = comment("drift", [OfStack("Shop", []), OfStack("a--><b", [])])

    assert document == (
        "<!-- shadowtest drift Shop -->\n\n<!-- shadowtest drift a--&gt;&lt;b -->\n\nNo shadow tests found.\n"
    )


def test_a_stack_without_tests_has_its_marker_alone_beside_others() -> None:
    document = comment("plan", [OfStack("Shop", []), OfStack("Search", [OfTest(["one"])]), OfStack("", [])])

    assert document == (
        "<!-- shadowtest plan Shop -->\n\n<!-- shadowtest plan Search -->\n### Shadow tests of stack Search\n\none\n\n"
        "<!-- shadowtest plan -->\n"
    )


def test_without_stacks_it_has_the_marker_of_the_command() -> None:
    assert comment("status", []) == "<!-- shadowtest status -->\n\nNo shadow tests found.\n"
