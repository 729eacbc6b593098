"""Names: always the same for the same resource and run, readable, and possible."""

from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.spec import names
from simulation.cloudformation import STACK_ID

LOGICAL_IDS = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=255
)
STACK_NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9-]{0,127}", fullmatch=True)


def stack_id(name: str) -> str:
    return f"arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/{name}/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@given(STACK_NAMES, LOGICAL_IDS, st.text(min_size=1, max_size=256))
def test_a_generated_name_is_possible_lower_case_and_stable(stack: str, logical_id: str, run: str) -> None:
    name = names.generated(stack_id(stack), logical_id, run)

    assert names.possible(name)
    assert len(name) <= 120
    assert name == name.lower()
    assert name == names.generated(stack_id(stack), logical_id, run)
    assert name == names.of({"Run": run}, stack_id(stack), logical_id)


@given(st.lists(st.tuples(STACK_NAMES, LOGICAL_IDS, st.text(min_size=1, max_size=20)), min_size=2, unique=True))
def test_different_resources_and_runs_get_different_names(resources: list[tuple[str, str, str]]) -> None:
    generated = {names.generated(stack_id(stack), logical_id, run) for stack, logical_id, run in resources}

    assert len(generated) == len(resources)


def test_a_generated_name_reads_well() -> None:
    name = names.generated(STACK_ID, "ShadowTest0D00F6EB", "2024 spring")

    assert name.startswith("demo-shadowtest0d00f6eb-2024-spring-")


def test_a_given_name_is_taken_as_it_is() -> None:
    assert names.of({"Name": "Mine-1"}, STACK_ID, "ShadowTest") == "Mine-1"


def test_impossible_names_and_runs_leave_the_generated_one() -> None:
    first = names.generated(STACK_ID, "ShadowTest", "1")

    assert names.of({"Name": "-", "Run": ["2"]}, STACK_ID, "ShadowTest") == first
    assert names.of({}, STACK_ID, "ShadowTest") == first
