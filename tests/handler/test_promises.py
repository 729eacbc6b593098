"""What deployed stacks and requests in flight rely on, with literal values: a change here breaks them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inference_experiment_handler import index
from inference_experiment_handler.model import tags
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.plan import last_applied
from inference_experiment_handler.runtime import event as events
from inference_experiment_handler.spec import parser
from simulation.cloudformation import STACK_ID
from simulation.declarations import declared
from simulation.function import Context
from tests.support.situations import desired_of
from tests.support.stack import Stack


def variant(name: str, model: str, count: str) -> dict[str, Any]:
    return {
        "ModelName": model,
        "VariantName": name,
        "InfrastructureConfig": {
            "InfrastructureType": "RealTimeInference",
            "RealTimeInferenceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": count},
        },
    }


MINIMAL = {
    "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
    "RoleArn": "arn:aws:iam::123456789012:role/shadow-test",
    "EndpointName": "shop",
    "ModelVariants": [variant("AllTraffic", "champion", "2"), variant("Shadow-01", "challenger", "1")],
    "ShadowModeConfig": {
        "SourceModelVariantName": "AllTraffic",
        "ShadowModelVariants": [{"ShadowModelVariantName": "Shadow-01", "SamplingPercentage": "10"}],
    },
}
EVERYTHING = MINIMAL | {
    "ServiceTimeout": "3000",
    "EndpointConfigName": "shop-2030",
    "Attributes": ["ScheduledEndEpoch"],
    "Run": "2",
    "Type": "ShadowMode",
    "KmsKey": "alias/volumes",
    "Description": "the new ranking",
    "Schedule": {"StartTime": "2030-01-01T00:00:00Z", "Duration": "P7D"},
    "DataStorageConfig": {
        "Destination": "s3://captures/shop",
        "KmsKey": "alias/captures",
        "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    },
    "Tags": [{"Key": "team", "Value": "search"}],
    "DesiredState": "Completed",
    "ModelVariantActions": {"AllTraffic": "Remove", "Shadow-01": "Promote"},
    "DesiredModelVariants": [variant("Shadow-01", "challenger", "2")],
    "Reason": "as accurate, and quicker",
    "PromoteIf": {"Window": "P1D", "Criteria": [{"Type": "Traffic", "MinInvocations": "20000"}]},
    "OnDelete": {
        "DesiredState": "Cancelled",
        "ModelVariantActions": {"AllTraffic": "Retain", "Shadow-01": "Remove"},
        "Reason": "over",
        "Record": "Retain",
    },
    "AdoptExisting": "true",
    "WaitFor": "Running",
}


def test_every_property_is_still_read() -> None:
    named = {**MINIMAL, "Name": "ranking-test", "Schedule": {"EndTime": "2030-01-08T00:00:00Z"}}
    for properties in (EVERYTHING, MINIMAL, named):
        assert parser.faults_in(properties, opaque=lambda _: False) == ()


def test_no_property_is_read_that_is_not_listed_here() -> None:
    (fault,) = parser.faults_in({**EVERYTHING, "Zzzzzzzz": ""}, opaque=lambda _: False)

    known = re.findall(r"\w+", fault.problem.partition("must be one of ")[2])
    assert set(known) == {*EVERYTHING, "Name"} - {"ServiceToken"}


def test_the_keys_of_its_own_tags() -> None:
    own = "sagemaker-inference-experiment:"
    keys = {value for value in vars(tags).values() if str(value).startswith(own) and value != own}

    assert keys == {
        "sagemaker-inference-experiment:stack-id",
        "sagemaker-inference-experiment:logical-id",
        "sagemaker-inference-experiment:applied",
        "sagemaker-inference-experiment:request",
        "sagemaker-inference-experiment:adopted",
        "sagemaker-inference-experiment:started",
        "sagemaker-inference-experiment:ending",
    }


def test_the_digests_of_what_was_applied() -> None:
    assert last_applied.to_tag(last_applied.digests_of(desired_of(EVERYTHING))) == (
        "1:8bc3195da3.57021183d9.690848f682.5cbe13edab.3175e8849a.ac12faf431.3c4eddcb94.fae4a21458.3873c2eb8d."
        "62ddf099f0.4a44dc1536.a374e27b3f"
    )
    assert last_applied.to_tag(last_applied.digests_of(desired_of(MINIMAL))) == (
        "1:8bc3195da3.57021183d9.690848f682.74234e98af.12ae32cb1e.74234e98af.74234e98af.fae4a21458.74234e98af."
        "62ddf099f0.4a44dc1536.74234e98af"
    )


def test_the_name_and_the_fencing_token_of_a_request() -> None:
    event = {
        "RequestType": "Create",
        "RequestId": "request-1",
        "StackId": STACK_ID,
        "LogicalResourceId": "ShadowTest",
        "ResponseURL": "https://cloudformation.test/1?X-Amz-Date=20300101T000000Z",
        "ResourceProperties": EVERYTHING,
    }

    request = events.parse(event, events.issued(event, datetime(2030, 1, 1, 0, 1, tzinfo=UTC)))

    assert request.name == "demo-shadowtest-2-050709dab563"
    assert request.token == "1893456000-create-b2099b58e6857be5"


AT = "2030-01-01T00:00:00+00:00"
JOURNAL = Journal(
    completed={("AddTags", "ranking", "end Remove"): AT},
    unknown_outcome={("CreateInferenceExperiment", "ranking", ""): AT},
    conflicts={("DeleteInferenceExperiment", "ranking", ""): AT},
    conflict_errors={("DeleteInferenceExperiment", "ranking", ""): "ConflictException: not now"},
    retrying_since={"DescribeEndpoint": AT},
    terminal_errors={("UpdateInferenceExperiment", "ranking", ""): "ValidationException: no"},
    sent_fields=["Description"],
    leases={"ranking": ""},
    lease_observed=["ranking"],
    stack=("UPDATE_IN_PROGRESS", AT),
    stack_since=AT,
    stack_at_first="UPDATE_IN_PROGRESS",
    resource=("UPDATE_IN_PROGRESS", AT, AT),
    gate=(AT, "holds", "holds: 1 of 1 criterion at 2030-01-01T00:00:00Z"),
    last_error="DescribeEndpoint: ThrottlingException: Rate exceeded",
    generation=2,
    existed=True,
    existed_alive=True,
    seen_running=["ranking"],
)
AS_JSON = {
    "calls": {"AddTags ranking end Remove": AT},
    "unanswered": {"CreateInferenceExperiment ranking": AT},
    "refusals": {"DeleteInferenceExperiment ranking": AT},
    "refusal_words": {"DeleteInferenceExperiment ranking": "ConflictException: not now"},
    "denials": {"DescribeEndpoint": AT},
    "rejected": {"UpdateInferenceExperiment ranking": "ValidationException: no"},
    "sent": ["Description"],
    "claims": {"ranking": ""},
    "named": ["ranking"],
    "stack": ("UPDATE_IN_PROGRESS", AT),
    "stack_since": AT,
    "stack_at_first": "UPDATE_IN_PROGRESS",
    "resource": ("UPDATE_IN_PROGRESS", AT, AT),
    "gate": (AT, "holds", "holds: 1 of 1 criterion at 2030-01-01T00:00:00Z"),
    "last_words": "DescribeEndpoint: ThrottlingException: Rate exceeded",
    "hops": 2,
    "seen": True,
    "seen_alive": True,
    "seen_running": ["ranking"],
}


def test_the_journals_json() -> None:
    assert JOURNAL.to_json() == AS_JSON
    assert Journal.from_json(AS_JSON) == JOURNAL


def test_where_the_journal_stands_in_what_is_handed_over(stack: Stack) -> None:
    payloads: list[bytes] = []
    ports = replace(stack.ports, invoke=lambda _, payload: payloads.append(payload))
    index.serve(stack.event("Create", declared()), Context(stack.clock, timedelta(minutes=1)), ports)

    carried = json.loads(payloads[0])["CrHelperData"]
    assert carried.keys() == {"Progress", "Issued"}
    assert carried["Progress"].keys() == AS_JSON.keys()
