"""The commands of the AWS CLI that the documents use, by boto3, which has the same service models.

The AWS CLI itself is not among the tools of the tests. What this does not know, it refuses.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import jmespath
from botocore import xform_name
from botocore.exceptions import ClientError

Options = dict[str, list[str]]


def main(arguments: Sequence[str]) -> None:
    match list(arguments):
        case ["s3", "cp", source, target] if target.startswith("s3://"):
            bucket, _, key = target.removeprefix("s3://").partition("/")
            boto3.client("s3").upload_file(source, bucket, key)
            print(f"upload: ./{source} to {target}")
        case ["cloudformation", "deploy", *rest]:
            _deploy(**_options(rest))
        case [service, "wait", name, *rest]:
            client = boto3.client(service)
            waiter = client.get_waiter(name.replace("-", "_"))
            members = _members(client, waiter.config.operation, _options(rest))
            waiter.wait(**members, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        case [service, command, *rest] if not command.startswith("-"):
            _call(service, command, _options(rest))
        case _:
            raise SystemExit(f"not known here: aws {' '.join(arguments)}")


def _options(words: Sequence[str]) -> Options:
    options: Options = {}
    for word in words:
        if word.startswith("--"):
            options[word.removeprefix("--").replace("-", "_")] = values = []
        else:
            values.append(word)
    return options


def _call(service: str, command: str, options: Options) -> None:
    """An operation of a service, with its members as options."""
    client = boto3.client(service)
    (query,), (output,) = options.pop("query", [""]), options.pop("output", ["json"])
    operation = client.meta.method_to_api_mapping[command.replace("-", "_")]
    answer = getattr(client, command.replace("-", "_"))(**_members(client, operation, options))
    answer.pop("ResponseMetadata")
    found = jmespath.search(query, answer) if query else answer
    if output == "text":
        print("\t".join(map(str, found if isinstance(found, list) else [found])))
    elif found:
        print(json.dumps(found, indent=4, default=str))


def _members(client: Any, operation: str, options: Options) -> dict[str, Any]:
    members = client.meta.service_model.operation_model(operation).input_shape.members
    names = {xform_name(name): name for name in members}
    return {names[option]: _value(members[names[option]].type_name, words) for option, words in options.items()}


def _value(kind: str, words: list[str]) -> Any:
    if kind == "boolean" and not words:
        return True
    (word,) = words
    if kind not in ("list", "structure"):
        return word
    return json.loads(Path(word.removeprefix("file://")).read_text() if word.startswith("file://") else word)


def _deploy(
    stack_name: list[str],
    template_file: list[str],
    parameter_overrides: Sequence[str] = (),
    capabilities: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> None:
    """A change set, executed. As the CLI does, parameters that are not named keep their values."""
    client, name = boto3.client("cloudformation"), {"StackName": stack_name[0]}
    try:
        (stack,) = client.describe_stacks(**name)["Stacks"]
    except ClientError:
        stack = {}
    body = Path(template_file[0]).read_text()
    overrides = dict(each.split("=", 1) for each in parameter_overrides)
    before = {each["ParameterKey"] for each in stack.get("Parameters", [])}
    declared = {each["ParameterKey"] for each in client.get_template_summary(TemplateBody=body)["Parameters"]}
    kept = before & declared - set(overrides)
    change = {**name, "ChangeSetName": f"change-{uuid4()}"}
    client.create_change_set(
        **change,
        ChangeSetType="UPDATE" if "StackId" in stack else "CREATE",
        TemplateBody=body,
        Capabilities=list(capabilities),
        Parameters=[
            *({"ParameterKey": key, "ParameterValue": value} for key, value in overrides.items()),
            *({"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)),
        ],
        Tags=[dict(zip(("Key", "Value"), each.split("=", 1), strict=True)) for each in tags],
    )
    print("\nWaiting for changeset to be created..")
    client.get_waiter("change_set_create_complete").wait(**change, WaiterConfig={"Delay": 1})
    client.execute_change_set(**change)
    print("Waiting for stack create/update to complete")
    waiter = "stack_update_complete" if "StackId" in stack else "stack_create_complete"
    client.get_waiter(waiter).wait(**name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    print(f"Successfully created/updated stack - {stack_name[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
