"""The statement that docs/operating.md shows for an imported key is what the construct adds to a key of the app."""

import json
import re
from pathlib import Path

from aws_cdk import App, Environment, Stack, aws_kms
from aws_cdk.assertions import Template

from sagemaker_inference_experiment import InferenceExperimentProvider

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


def test_the_statement_for_an_imported_key_is_that_of_the_construct() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    stack = Stack(App(), "Shop", env=Environment(account="111122223333", region="us-east-1"))
    InferenceExperimentProvider(stack, "Provider", log_encryption_key=aws_kms.Key(stack, "Key"))

    (key,) = Template.from_stack(stack).find_resources("AWS::KMS::Key").values()
    added = json.dumps(key["Properties"]["KeyPolicy"]["Statement"][1])
    for reference, value in {"AWS::URLSuffix": "amazonaws.com", "AWS::Partition": "aws"}.items():
        added = added.replace(json.dumps({"Ref": reference}), json.dumps(value))
    for joined in re.findall(r'\{"Fn::Join": \["", \[.*?\]\]\}', added):
        added = added.replace(joined, json.dumps("".join(json.loads(joined)["Fn::Join"][1])))
    assert json.loads(added) == json.loads(shown)
