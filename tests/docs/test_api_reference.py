"""docs/api.md says what the docstrings say."""

import sagemaker_inference_experiment
from tools.api_reference import PAGE, rendered


def test_the_page_is_in_accord_with_the_docstrings() -> None:
    assert PAGE.read_text() == rendered(), "run `make docs`"


def test_each_public_name_has_its_section() -> None:
    for name in sagemaker_inference_experiment.__all__:
        assert f"\n## `{name}`\n" in PAGE.read_text()
