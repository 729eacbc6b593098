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
"""CloudFormation's; all others are SageMaker's."""

NEED_OWNER_TAGS = (UPDATE, START, STOP, DELETE, DELETE_TAGS)
"""The function's role may call these only on experiments that bear their owner's tags, or that are to be taken over."""

READS = (DESCRIBE, DESCRIBE_ENDPOINT, DESCRIBE_ENDPOINT_CONFIG, LIST_TAGS)
"""What is read to observe what is live."""
