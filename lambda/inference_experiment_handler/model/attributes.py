"""The attributes of the custom resource, which templates read with ``Fn::GetAtt``."""

ATTRIBUTES = (
    "Arn",
    "Name",
    "Status",
    "StatusReason",
    "StartTime",
    "EndTime",
    "ScheduledEndEpoch",
    "EndpointName",
    "EndpointConfigName",
    "ProductionVariantName",
    "ProductionModelName",
    "ProductionInstanceType",
    "ShadowVariantName",
    "ShadowInstanceType",
    "Gate",
)
"""Every response has all of them: ``runtime.response.attributes``."""
