"""The alarm before the end in docs/custom-resource.md rings as that of the construct does."""

from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import loads

from local.cloudwatch.metric_math import Series
from tests.support.cloudwatch import Alarm
from tests.support.reader import blocks

DOCUMENT = Path(__file__).parents[2] / "docs" / "custom-resource.md"
END, HOUR = 1_900_000_000, 3600


@pytest.fixture
def alarm() -> Alarm:
    (template,) = (loads(block.text) for block in blocks(DOCUMENT, "yaml") if "EndsSoon:" in block.text)
    properties: dict[str, Any] = template["EndsSoon"]["Properties"]
    expression, instances = properties["Metrics"]
    literal = expression["Expression"]["Fn::Sub"].replace("${ShadowTest.ScheduledEndEpoch}", str(END))
    named = {"Name": "VariantName", "Value": "Shadow"}
    metric = instances["MetricStat"]["Metric"] | {"Dimensions": [named]}
    queries = [
        {"Id": expression["Id"], "Expression": literal, "ReturnData": True},
        {**instances, "MetricStat": instances["MetricStat"] | {"Metric": metric}},
    ]
    return Alarm({**properties, "Metrics": queries})


@pytest.mark.parametrize(
    ("hours_left", "instances", "ringing"),
    [(25, 5.0, False), (23, 5.0, True), (23, None, False), (0, 5.0, False), (-1, 5.0, False)],
)
def test_it_rings_before_the_end_only(alarm: Alarm, hours_left: int, instances: float | None, ringing: bool) -> None:
    values: Series = [instances]

    assert alarm.rings(lambda _: values, [END - hours_left * HOUR]) is ringing
