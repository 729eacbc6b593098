"""``shadowtest plan`` of a test on an endpoint that the same deployment creates."""

import json
from typing import Any

import pytest

from shadowtest.aws import options
from simulation.declarations import CHAMPION, PRODUCTION, Declaration, as_served, declared, shadow_mode, variant
from simulation.endpoints import served
from tests.support.account import FakeAws
from tests.support.command_line import CommandLine, Done
from tests.support.foreign import THEIRS, make_theirs
from tests.support.planner import template
from tests.support.stack import Stack

NAME: dict[str, Any] = {"Fn::GetAtt": ["Endpoint", "EndpointName"]}
PRICES = "currency: USD\nprices:\n  ml.m5.xlarge: 1\n"
UNKNOWN = {"Ref": "AWS::NotificationARNs"}

Resource = dict[str, Any]


def of_type(kind: str, **properties: Any) -> Resource:
    return {"Type": f"AWS::SageMaker::{kind}", "Properties": properties}


def own_config(*variants: Any, shadows: list[Any] | None = None) -> dict[str, Resource]:
    """An endpoint, and the configuration of it in the same template."""
    more = {"ShadowProductionVariants": shadows} if shadows is not None else {}
    name = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {
        "Endpoint": of_type("Endpoint", EndpointConfigName=name),
        "Config": of_type("EndpointConfig", ProductionVariants=list(variants), **more),
    }


def model(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "ModelName"]}


OTHERS_CONFIG = {"Endpoint": of_type("Endpoint", EndpointConfigName="first")}
MODELS = {"Champion": of_type("Model"), "Challenger": of_type("Model")}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """Of an account without stacks."""
    aws = FakeAws(Stack())
    monkeypatch.setattr(options, "Aws", lambda *_: aws)
    return aws


def plan(
    shadowtest: CommandLine,
    properties: Declaration,
    *more: str,
    resources: dict[str, Resource] | None = None,
    **others: Declaration,
) -> Done:
    tests = {"ShadowTest": properties, **others}
    document = template(**{key: {"EndpointName": NAME, **each} for key, each in tests.items()})
    document["Conditions"] = {"Later": {"Fn::Equals": [UNKNOWN, "a"]}}
    document["Resources"].update(MODELS | (resources or OTHERS_CONFIG))
    shadowtest.write("template.json", json.dumps(document))
    shadowtest.write("prices.yaml", PRICES)
    return shadowtest("plan", "template.json", "--stack", "New", "--prices", "prices.yaml", *more)


def without_endpoint(properties: Declaration) -> Declaration:
    return {key: value for key, value in properties.items() if key != "EndpointName"}


AS_SERVED = without_endpoint(as_served())
DECLARED = without_endpoint(declared())


def verdict(done: Done, logical_id: str = "ShadowTest") -> dict[str, Any]:
    resources = {each["logicalId"]: each["verdicts"] for each in json.loads(done.out)["stacks"][0]["resources"]}
    (found,) = resources[logical_id]
    return dict(found)


def test_it_is_created(shadowtest: CommandLine) -> None:
    done = plan(shadowtest, AS_SERVED, "--strict", "--detailed-exitcode")

    assert done.code == 2
    assert "is created on endpoint (created by this deployment)." in done.out
    # What the endpoint serves is not known, and neither is what the test is deployed on.
    assert "billed" not in done.out


def test_it_has_no_test_of_others(shadowtest: CommandLine, aws: FakeAws) -> None:
    make_theirs(aws.stack)
    aws.unreadable.add(THEIRS)

    assert plan(shadowtest, AS_SERVED, "--strict").code == 0


def test_what_is_declared_of_its_instances_is_billed(shadowtest: CommandLine) -> None:
    done = plan(shadowtest, DECLARED)

    assert "168 instance-hours" in done.out


def test_a_model_of_the_same_deployment(shadowtest: CommandLine) -> None:
    variants = declared()["ModelVariants"]
    variants[1]["ModelName"] = model("Challenger")

    done = plan(shadowtest, DECLARED | {"ModelVariants": variants}, "--strict")

    assert done.code == 0
    assert "Shadow variant Shadow-01 (known at deployment) is billed" in done.out
    assert "known-at-deployment" not in done.out


def test_faults_are_found(shadowtest: CommandLine) -> None:
    assert plan(shadowtest, without_endpoint(as_served(sampling=101))).code == 3


@pytest.mark.parametrize(
    ("variants", "shadows", "kind", "reason"),
    [
        ([served()], None, "create", "production AllTraffic: champion on 1 x ml.m5.xlarge, as served"),
        ([served() | {"ModelName": model("Champion")}], None, "create", "there is no experiment"),
        ([served() | {"VariantName": UNKNOWN}], None, "create", "there is no experiment"),
        ([served(), served("Other")], None, "refused", "has 2 production variants (AllTraffic, Other)"),
        ([], None, "refused", "has 0 production variants"),
        ([served()], [served("Other")], "refused", "already has shadow variant Other"),
        ([{"VariantName": "V", "ModelName": CHAMPION, "ServerlessConfig": {}}], None, "refused", "serverless endpoint"),
        ([{"VariantName": "V", "InstanceType": "ml.m5.xlarge"}], None, "refused", "has no model of its own"),
        ([UNKNOWN], None, "unknown", "what it serves is known only at deployment (the deployment determines it)"),
        ([served()], [UNKNOWN], "unknown", "what it serves is known only at deployment"),
    ],
)
def test_it_serves_what_its_own_configuration_declares(
    shadowtest: CommandLine, variants: list[Any], shadows: list[Any] | None, kind: str, reason: str
) -> None:
    resources = own_config(*variants, shadows=shadows)

    found = verdict(plan(shadowtest, AS_SERVED, "--format", "json", resources=resources))

    assert found["kind"] == kind
    assert reason in found["reason"]


@pytest.mark.parametrize(
    ("needed", "serves", "kind"),
    [
        (CHAMPION, CHAMPION, "create"),
        (CHAMPION, "contender", "refused"),
        (model("Champion"), model("Champion"), "create"),
        (model("Champion"), model("Challenger"), "unknown"),
        (model("Champion"), CHAMPION, "unknown"),
        (CHAMPION, model("Champion"), "unknown"),
    ],
)
def test_a_production_variant_that_is_declared_is_compared(
    shadowtest: CommandLine, needed: Any, serves: Any, kind: str
) -> None:
    variants = [variant(PRODUCTION, needed), variant("Shadow-01", "challenger")]
    resources = own_config(served() | {"ModelName": serves})

    done = plan(shadowtest, DECLARED | {"ModelVariants": variants}, "--format", "json", resources=resources)

    assert verdict(done)["kind"] == kind


def test_two_production_variants_are_refused_whatever_they_are(shadowtest: CommandLine) -> None:
    resources = own_config(served() | {"ModelName": UNKNOWN}, served("Other"))

    assert verdict(plan(shadowtest, DECLARED, "--format", "json", resources=resources))["kind"] == "refused"


@pytest.mark.parametrize("of", ["InitialInstanceCount", "ModelName"])
def test_what_is_not_known_is_not_said_to_be_taken(shadowtest: CommandLine, of: str) -> None:
    resources = own_config(served() | {of: UNKNOWN})

    found = verdict(plan(shadowtest, AS_SERVED, "--format", "json", resources=resources))

    assert found["reason"] == "there is no experiment"


@pytest.mark.parametrize("of", ["VariantName", "InstanceType"])
def test_a_production_variant_is_not_compared_with_what_is_not_known(shadowtest: CommandLine, of: str) -> None:
    resources = own_config(served() | {of: UNKNOWN})

    assert verdict(plan(shadowtest, DECLARED, "--format", "json", resources=resources))["kind"] == "unknown"
    assert verdict(plan(shadowtest, AS_SERVED, "--format", "json", resources=resources))["kind"] == "create"


@pytest.mark.parametrize(
    "config",
    [
        of_type("EndpointConfig", ProductionVariants=UNKNOWN),
        {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"Fn::If": ["Later", {}, {}]}},
        {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"Fn::Transform": {"Name": "Macro"}}},
    ],
)
def test_a_configuration_that_is_not_known(shadowtest: CommandLine, config: Resource) -> None:
    resources = own_config() | {"Config": config}

    found = verdict(plan(shadowtest, AS_SERVED, "--format", "json", resources=resources))

    assert found["kind"] == "unknown"


def test_a_configuration_of_which_only_the_deployment_knows_the_name(shadowtest: CommandLine) -> None:
    resources = {"Endpoint": of_type("Endpoint", EndpointConfigName=UNKNOWN)}

    assert verdict(plan(shadowtest, AS_SERVED, "--format", "json", resources=resources))["kind"] == "unknown"


@pytest.mark.parametrize("resource", [of_type("Model"), {"Type": "AWS::CloudFormation::CustomResource"}])
def test_the_name_of_another_new_resource_is_no_new_endpoint(shadowtest: CommandLine, resource: Resource) -> None:
    properties = AS_SERVED | {"EndpointName": {"Fn::GetAtt": ["Other", "ModelName"]}}

    found = verdict(plan(shadowtest, properties, "--format", "json", resources={"Other": resource}))

    assert (found["kind"], found["reason"]) == ("unknown", "the name of the endpoint is known only at deployment")


def test_a_reference_to_an_endpoint_is_no_name(shadowtest: CommandLine) -> None:
    """It is an ARN, which the function refuses."""
    found = verdict(plan(shadowtest, AS_SERVED | {"EndpointName": {"Ref": "Endpoint"}}, "--format", "json"))

    assert found["kind"] == "unknown"


NAMED = {"Endpoint": of_type("Endpoint", EndpointConfigName="first", EndpointName="brand-new")}


@pytest.mark.parametrize("name", [NAME, "brand-new", "Brand-New"])
def test_an_endpoint_whose_name_is_known(shadowtest: CommandLine, name: Any) -> None:
    properties = AS_SERVED | {"EndpointName": name, "Description": {"Fn::Sub": "On ${Endpoint}"}}

    found = verdict(plan(shadowtest, properties, "--format", "json", resources=NAMED))

    assert (found["kind"], found["endpoint"].casefold()) == ("create", "brand-new")


def test_an_endpoint_that_the_test_does_not_wait_for(shadowtest: CommandLine) -> None:
    found = verdict(plan(shadowtest, AS_SERVED | {"EndpointName": "brand-new"}, "--format", "json", resources=NAMED))

    assert found["kind"] == "unknown"
    assert found["reason"].startswith("this deployment creates endpoint brand-new, and it is not known whether")


def test_an_endpoint_that_may_be_created(shadowtest: CommandLine) -> None:
    resources = {"Endpoint": NAMED["Endpoint"] | {"Condition": "Later"}}

    found = verdict(plan(shadowtest, AS_SERVED, "--format", "json", resources=resources))

    assert found["kind"] == "unknown"
    assert "it is not known what this deployment does to endpoint brand-new" in found["reason"]


def test_two_tests_on_two_new_endpoints(shadowtest: CommandLine) -> None:
    resources = OTHERS_CONFIG | {"Another": OTHERS_CONFIG["Endpoint"]}
    other = AS_SERVED | {"EndpointName": {"Fn::GetAtt": ["Another", "EndpointName"]}}

    done = plan(shadowtest, AS_SERVED, "--format", "json", resources=resources, Second=other, Third=AS_SERVED)

    assert verdict(done)["kind"] == verdict(done, "Second")["kind"] == "create"
    assert (verdict(done)["endpoint"], verdict(done, "Third")["kind"]) == ("(created by this deployment)", "refused")


@pytest.mark.parametrize(
    ("serves", "shadow", "cost"),
    [
        # A week on what the endpoint's own configuration declares.
        (served(count=3), {}, 504),
        (served() | {"InitialInstanceCount": "2"}, {}, 336),
        (served() | {"InitialInstanceCount": UNKNOWN}, {}, None),
        (served() | {"InstanceType": UNKNOWN}, {}, None),
        # All that matters is declared.
        (
            served() | {"InitialInstanceCount": UNKNOWN, "InstanceType": UNKNOWN},
            {"Type": "ml.m5.xlarge", "Count": 2},
            336,
        ),
        (served() | {"InstanceType": UNKNOWN}, {"Count": 2}, None),
        (None, {}, None),
        (None, {"Count": 2}, None),
        (None, {"Type": "ml.m5.xlarge"}, None),
        (None, {"Type": "ml.m5.xlarge", "Count": 2}, 336),
    ],
)
def test_what_the_shadow_variant_costs(
    shadowtest: CommandLine, serves: Any, shadow: dict[str, Any], cost: int | None
) -> None:
    resources = own_config(serves) if serves is not None else OTHERS_CONFIG
    infrastructure = {
        "InfrastructureType": "RealTimeInference",
        "RealTimeInferenceConfig": {f"Instance{key}": value for key, value in shadow.items()},
    }
    entry = {"ModelName": "challenger", **({"InfrastructureConfig": infrastructure} if shadow else {})}
    options = ("--max-cost", "1000", "--strict")

    done = plan(shadowtest, AS_SERVED | {"ModelVariants": [entry]}, *options, "--format", "json", resources=resources)

    found = json.loads(done.out)["cost"]
    assert (done.code, found["total"]) == ((0, cost) if cost is not None else (4, None))
    unknown = "the instances of the shadow variant of ShadowTest are known only at deployment"
    assert found["unknown"] == ([] if cost is not None else [unknown])


def test_production_with_an_unknown_number_of_instances_is_not_billed(shadowtest: CommandLine) -> None:
    own = own_config(served(count=2))
    for resources, roles in ((OTHERS_CONFIG, ["shadow"]), (own, ["production", "shadow"])):
        bills = verdict(plan(shadowtest, DECLARED, "--format", "json", resources=resources))["bills"]
        assert [each["role"] for each in bills] == roles


def test_a_shadow_variant_takes_its_count_from_what_is_served_and_not_declared(shadowtest: CommandLine) -> None:
    """Production may be declared with fewer instances than the endpoint has."""
    variants = [variant(PRODUCTION, CHAMPION), {"ModelName": "challenger", "VariantName": "Shadow-01"}]
    properties = DECLARED | {"ModelVariants": variants, "ShadowModeConfig": shadow_mode(10)}

    others = json.loads(plan(shadowtest, properties, "--format", "json").out)["cost"]
    own = json.loads(plan(shadowtest, properties, "--format", "json", resources=own_config(served(count=4))).out)[
        "cost"
    ]

    assert others["unknown"] == ["the instances of the shadow variant of ShadowTest are known only at deployment"]
    assert (own["unknown"], own["instanceHours"]) == ([], 4 * 168)
