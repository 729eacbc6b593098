"""CDK's warning about a token in an expression, which older versions take for the id of a metric."""

from collections.abc import Iterable

from aws_cdk import Annotations
from aws_cdk.aws_cloudwatch import IMetric, IWidget
from constructs import IConstruct

_UNKNOWN_IDENTIFIER = "CloudWatch:Math:UnknownIdentifier"


def acknowledge(construct: IConstruct, shown: Iterable[IMetric | IWidget]) -> None:
    """Removes the warning about what this alarm or dashboard shows, if this version of CDK has it.

    The warning names the unknown identifier "oken", of "Token" (aws-cdk issue 34977). Only the expressions of this
    package may be shown: all their identifiers are known. A CDK version without the fault gets no acknowledgement,
    because that would also hide the warning about another widget that the user adds.
    """
    if any(_UNKNOWN_IDENTIFIER in (each.warnings_v2 or {}) for each in shown):
        Annotations.of(construct).acknowledge_warning(_UNKNOWN_IDENTIFIER, "a token is no identifier")
