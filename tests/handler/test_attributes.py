"""The attributes that templates may read are those of every answer, and those that are documented."""

import re
from pathlib import Path

from inference_experiment_handler.model.attributes import ATTRIBUTES
from inference_experiment_handler.runtime.response import attributes
from tests.support.situations import AS_IT_IS, desired_of, experiment_of, request_for

DOCUMENT = Path(__file__).parents[2] / "docs" / "custom-resource.md"


def test_an_answer_has_each_of_them() -> None:
    request, desired = request_for("Create", AS_IT_IS), desired_of(AS_IT_IS)
    experiment = experiment_of("Running", request, applied=AS_IT_IS)

    for answer in (
        attributes(experiment, "shop", desired, desired, "holds"),
        attributes(None, "shop", desired, desired, ""),
        attributes(None, "shop", None, None, ""),
    ):
        assert tuple(answer) == ATTRIBUTES


def test_the_document_has_each_of_them() -> None:
    said = DOCUMENT.read_text().partition("`Fn::GetAtt`: ")[2].partition(", as the deployment")[0]

    assert tuple(re.findall(r"`(\w+)`", said)) == ATTRIBUTES
