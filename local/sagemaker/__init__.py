"""SageMaker's side of a shadow test, as a state machine without a server.

A ``SageMaker`` takes calls by name, as Python values or as HTTP requests, checks each against botocore's own service
model (``model``), and responds as the service does. States change by the clock, not by calls: before each response,
everything that is due since the last call happens, in order of time. With a ``ManualClock``, a seven-day test takes no
time::

    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    service = SageMaker(clock)
    client = boto3_client(service)          # a real boto3 client, without a socket
    ...
    clock.advance(timedelta(days=7))
    client.describe_inference_experiment(Name="mine")["Status"]

Each undocumented point of the real service is a field of ``Behaviour``. Faults are added to ``service.faults``, and
``service.record`` has the calls.

============================  =================================================================
``service``                   the calls
``experiments``, ``lifecycle``  what is allowed in which status; what follows without a call
``variants``, ``schedule``    what the endpoint serves; when a test starts and ends
``endpoints``, ``models``     the resources that a test uses
``traffic``, ``publisher``    requests to the endpoints, and their metrics
``wire``, ``client``          the protocol, and a boto3 client that uses it
============================  =================================================================
"""

from local.sagemaker.behaviour import Behaviour
from local.sagemaker.calls import Call
from local.sagemaker.client import attach, boto3_client
from local.sagemaker.clock import Clock, ManualClock, SystemClock
from local.sagemaker.errors import ConnectionLost, Intercepted, ServiceError
from local.sagemaker.faults import (
    CancelFault,
    ConnectionFault,
    ErrorFault,
    Fault,
    Hook,
    ProxyFault,
    SilentRollback,
)
from local.sagemaker.service import SageMaker

__all__ = [
    "Behaviour",
    "Call",
    "CancelFault",
    "Clock",
    "ConnectionFault",
    "ConnectionLost",
    "ErrorFault",
    "Fault",
    "Hook",
    "Intercepted",
    "ManualClock",
    "ProxyFault",
    "SageMaker",
    "ServiceError",
    "SilentRollback",
    "SystemClock",
    "attach",
    "boto3_client",
]
