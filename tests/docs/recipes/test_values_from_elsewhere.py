"""The recipe for values from the context, a parameter or the parameter store."""

import json
from pathlib import Path
from typing import Any

from simulation.declarations import as_served
from tests.support.assembly import synthesised
from tests.support.experiments import RESOURCE_TYPE
from tests.support.reader import blocks
from tests.support.recipes import RECIPES
from tests.support.stack import Stack


def test_a_value_comes_from_the_context_a_parameter_or_the_parameter_store(tmp_path: Path) -> None:
    from_both, from_lookup = blocks(RECIPES / "values-from-elsewhere.md", "python")
    (tmp_path / "app.py").write_text(from_both.text)
    (tmp_path / "lookup.py").write_text(from_lookup.text)

    def declared_in(assembly: Path) -> dict[str, tuple[Any, Any]]:
        """The model and the sampling of each test, by its endpoint."""
        template = json.loads((assembly / "RankingShadowTest.template.json").read_text())
        properties = [each["Properties"] for each in template["Resources"].values() if each["Type"] == RESOURCE_TYPE]
        return {
            each["EndpointName"]: (
                each["ModelVariants"][0]["ModelName"],
                each["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"],
            )
            for each in properties
        }

    without = declared_in(synthesised(tmp_path / "app.py", tmp_path / "without"))
    assert without["shop-ranking"] == ("ranking-2026", 10)
    assert without["shop-home"][0]["Ref"].startswith("SsmParameterValueshophomecandidate")
    assert without["shop-home"][1] == {"Ref": "Sampling"}
    # As `cdk deploy -c sampling=30` gives it.
    given = declared_in(synthesised(tmp_path / "app.py", tmp_path / "given", sampling="30", model="ranking-2027"))
    assert given["shop-ranking"] == ("ranking-2027", 30)
    key = "ssm:account=123456789012:parameterName=/shop/ranking/candidate:region=us-east-1"
    found = declared_in(synthesised(tmp_path / "lookup.py", tmp_path / "found", **{key: "ranking-2028"}))
    assert found["shop-ranking"] == ("ranking-2028", 10)


def test_a_parameter_that_names_another_model_is_refused_for_a_running_test(stack: Stack) -> None:
    first = stack.create(as_served())
    stack.clock.advance(600)

    refused = stack.update(as_served(), as_served("contender"), first.physical_id)
    following = stack.update(as_served(), as_served("contender", Run="contender"), first.physical_id)

    assert not refused.succeeded
    assert "Start a new run (change Run from" in refused.reason
    assert following.succeeded, following.reason
