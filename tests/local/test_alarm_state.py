"""The states of alarms, by the tables of CloudWatch's user guide ("Configuring how CloudWatch alarms treat missing
data")."""

import pytest

from local.cloudwatch.alarm_state import Evaluation

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
BEFORE = "as it was"
NONE = "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("to_alarm", "points", "states"),
    [
        (3, "0-X-X", ("OK", "OK", "OK", "OK")),
        (3, "0----", ("OK", "OK", "OK", "OK")),
        (3, "-----", (NONE, BEFORE, "ALARM", "OK")),
        (3, "0XX-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (3, "----X", (NONE, BEFORE, "ALARM", "OK")),
        (3, "X----", ("ALARM", BEFORE, "ALARM", "OK")),
        (2, "0-X-X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "00X0X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0-X--", ("OK", "OK", "ALARM", "OK")),
        (2, "----0", ("OK", "OK", "ALARM", "OK")),
        (2, "----X", (NONE, BEFORE, "ALARM", "OK")),
    ],
)
def test_missing_values_are_treated_as_the_guide_says(to_alarm: int, points: str, states: tuple[str, ...]) -> None:
    values = [{"0": 0.0, "X": 2.0, "-": None}[point] for point in points]

    for treatment, state in zip(TREATMENTS, states, strict=True):
        evaluation = Evaluation(
            evaluation_periods=3,
            datapoints_to_alarm=to_alarm,
            comparison_operator="GreaterThanThreshold",
            threshold=1,
            treat_missing_data=treatment,
        )
        assert evaluation.state(values, BEFORE) == state, treatment


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [3.0]),
        ("GreaterThanOrEqualToThreshold", [2.0, 3.0]),
        ("LessThanThreshold", [1.0]),
        ("LessThanOrEqualToThreshold", [1.0, 2.0]),
    ],
)
def test_values_are_compared_with_the_threshold(comparison: str, breaching: list[float]) -> None:
    evaluation = Evaluation(evaluation_periods=1, datapoints_to_alarm=1, comparison_operator=comparison, threshold=2)

    assert [value for value in (1.0, 2.0, 3.0) if evaluation.state([value], "OK") == "ALARM"] == breaching
