"""The attributes of the custom resource, which templates read with ``Fn::GetAtt``."""

ATTRIBUTES = (
    "Arn",
    "Name",
    "Status",
    "StatusReason",
    "StartTime",
    "EndTime",
    "EndpointName",
    "EndpointConfigName",
    "ProductionVariantName",
    "ProductionModelName",
    "ShadowVariantName",
)
"""Every answer has all of them: ``runtime.response.attributes``."""
