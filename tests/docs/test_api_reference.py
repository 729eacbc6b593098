"""docs/api.md has the content of the docstrings, class by class, in four parts."""

import re

import pytest

import sagemaker_inference_experiment
from tools.api_reference import PAGE, PARTS, rendered

WRITTEN = PAGE.read_text()
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##? |^### |\Z)", WRITTEN, re.MULTILINE | re.DOTALL))


def test_the_page_is_in_accord_with_the_docstrings() -> None:
    assert rendered() == WRITTEN, "run `make docs`"


def test_each_public_name_has_its_section_in_one_part() -> None:
    named = [name for names in PARTS.values() for name in names]

    assert sorted(named) == sagemaker_inference_experiment.__all__
    assert [*SECTIONS] == named
    assert re.findall(r"^## (.*)$", WRITTEN, re.MULTILINE) == [*PARTS]


@pytest.mark.parametrize("name", [name for name in SECTIONS if name.endswith("Options")])
def test_options_are_one_table_with_a_row_for_each_key(name: str) -> None:
    keys = getattr(sagemaker_inference_experiment, name).__annotations__

    assert re.findall(r"^\| `(\w+)` \|", SECTIONS[name], re.MULTILINE) == [*keys]
    assert "#### " not in SECTIONS[name]


def test_what_a_public_base_documents_is_not_repeated() -> None:
    titles = re.findall(r"^#### `(\w+)\.(\w+)`$", WRITTEN, re.MULTILINE)
    of = {cls: {name for owner, name in titles if owner == cls} for cls, _ in titles}

    assert of["IInferenceExperiment"] >= {"metric", "alarm_shadow_latency"}
    assert not of["InferenceExperiment"] & of["IInferenceExperiment"]
