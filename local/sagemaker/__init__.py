"""SageMaker's side of a shadow test, as a state machine that a test can hold in its hands.

A ``SageMaker`` takes calls by name, as python values or over the wire, checks each against botocore's own service model
(``model``), and answers as the service does. States move by the clock, not by calls: before a call is answered,
everything that fell due since the last one happens, in order of time. With a ``ManualClock`` a seven-day test takes no
time at all::

    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    service = SageMaker(clock)
    client = boto3_client(service)          # a real boto3 client, without a socket
    ...
    clock.advance(timedelta(days=7))
    client.describe_inference_experiment(Name="mine")["Status"]

What the real service leaves open is a field of ``Behaviour``; what goes wrong is added to ``service.faults``; what was
asked is in ``service.record``.

============================  =================================================================
``service``                   the calls
``experiments``, ``lifecycle``  what is legal in which status; what follows by itself
``variants``, ``schedule``    what the endpoint serves; when a test starts and ends
``endpoints``, ``models``     what lies below
``traffic``, ``publisher``    requests to the endpoints, and the metrics of them
``wire``, ``client``          the protocol, and a boto3 client over it
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
