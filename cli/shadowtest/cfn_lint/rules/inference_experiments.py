"""The rule. cfn-lint loads each file of this folder, which is not a package."""

from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from shadowtest.cfn_lint.tree import tree_of
from shadowtest.linting.check import check
from shadowtest.templates.files import Template
from shadowtest.templates.node import Mapping


class InferenceExperiments(CloudFormationLintRule):  # type: ignore[misc]
    id = "E9840"
    shortdesc = "Custom::SageMakerInferenceExperiment is declared without faults"
    description = (
        "Checks the properties as the Lambda function of the resource does, and the attributes that the template reads"
    )
    source_url = ""
    tags = ("resources", "sagemaker")

    def match(self, cfn: Any) -> list[Any]:
        root = tree_of(cfn.template)
        if not isinstance(root, Mapping):
            return []
        matches = []
        for finding in check([Template(str(cfn.filename), root)]).findings:
            line, column = finding.place.line - 1, finding.place.column - 1
            path = ["Resources", finding.resource] if finding.property_path is not None else []
            matches.append(RuleMatch(path, finding.sentence, location=(line, column, line, column + 1)))
        return matches
