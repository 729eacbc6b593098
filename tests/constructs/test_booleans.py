"""Booleans, which may be given as strings, as by ``cdk deploy -c keep=false``."""

from typing import Any

import pytest
from aws_cdk.assertions import Template

from sagemaker_inference_experiment import Conclusion, Criterion, Gate, InvalidExperimentError, OnDelete
from tests.constructs.test_warnings import warnings

TEXT: dict[str, Any] = {"true": True, "false": False}


@pytest.mark.parametrize(("given", "meant"), TEXT.items())
def test_booleans_may_be_given_as_strings(declared: Any, given: Any, meant: bool) -> None:
    def rendered(of: Any, value: Any) -> tuple[Any, Any]:
        only_if = Gate(criteria=[Criterion.traffic(min_invocations=100, enforce=value)])
        properties = of.rendered(
            experiment_name="theirs",
            adopt_existing=value,
            conclusion=Conclusion.promote_shadow(only_if=only_if),
            on_delete=OnDelete(keep_record=value),
        )
        return properties, Template.from_stack(of.stack).find_resources("AWS::IAM::Policy")

    assert rendered(declared, given) == rendered(type(declared)(), meant)


def test_a_gate_that_enforces_nothing_is_warned_of_also_if_that_is_given_as_a_string(declared: Any) -> None:
    not_enforced: Any = "false"
    only_if = Gate(criteria=[Criterion.traffic(min_invocations=100, enforce=not_enforced)])

    declared.experiment(conclusion=Conclusion.promote_shadow(only_if=only_if))

    assert "gateNotEnforced" in warnings(declared.stack)


@pytest.mark.parametrize("value", ["no", "False", "", 0, 5])
def test_any_other_value_is_refused(declared: Any, value: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(on_delete=OnDelete(keep_record=value), adopt_existing=value)

    assert f"on_delete.keep_record is {value!r}, must be True or False, or a string" in str(raised.value)
    assert f"adopt_existing (AdoptExisting) is {value!r}, must be true or false" in str(raised.value)
