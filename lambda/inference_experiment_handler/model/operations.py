"""The names of the API operations that the handler calls."""

CREATE = "CreateInferenceExperiment"
DESCRIBE = "DescribeInferenceExperiment"
UPDATE = "UpdateInferenceExperiment"
START = "StartInferenceExperiment"
STOP = "StopInferenceExperiment"
DELETE = "DeleteInferenceExperiment"
DESCRIBE_ENDPOINT = "DescribeEndpoint"
DESCRIBE_ENDPOINT_CONFIG = "DescribeEndpointConfig"
ADD_TAGS = "AddTags"
LIST_TAGS = "ListTags"
DELETE_TAGS = "DeleteTags"

DESCRIBE_STACKS = "DescribeStacks"
DESCRIBE_STACK_RESOURCE = "DescribeStackResource"
"""The operations of CloudFormation."""

GET_METRIC_DATA = "GetMetricData"
DESCRIBE_ALARMS = "DescribeAlarms"
"""The operations of CloudWatch. All others are SageMaker's."""

NEED_OWNER_TAGS = (UPDATE, START, STOP, DELETE, DELETE_TAGS)
"""The function's role allows these only on experiments with their owner's tags, or that may be taken over."""

EVIDENCE = (GET_METRIC_DATA, DESCRIBE_ALARMS)
"""The operations that read what a promotion is judged by."""

READS = (DESCRIBE, DESCRIBE_ENDPOINT, DESCRIBE_ENDPOINT_CONFIG, LIST_TAGS, *EVIDENCE)
"""The operations that read the live state."""
