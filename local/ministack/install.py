"""The replacements in MiniStack."""

from __future__ import annotations

from pathlib import Path

from ministack import app
from ministack.core import router
from ministack.services.cloudformation import custom_resource

from local.ministack import (
    alarm_events,
    alarms,
    cancellation,
    cloudformation_types,
    function_clock,
    iam,
    metrics,
    rollback,
)
from local.ministack.control import Control
from local.ministack.custom_resources import CustomResources
from local.ministack.function_clock import SharedClock
from local.ministack.gateway import Gateway
from local.ministack.sagemaker_service import SageMakers


def install(speed: float, folder: Path) -> None:
    """Makes the MiniStack of this process the local AWS. Durations of SageMaker are divided by ``speed``."""
    offset = folder / "clock"
    sagemakers = SageMakers(SharedClock(speed, offset))
    measured = metrics.Metrics(sagemakers)
    custom_resources = CustomResources()

    router.SERVICE_PATTERNS["sagemaker"] = {"target_prefixes": ["SageMaker."]}
    app.SERVICE_HANDLERS["sagemaker"] = sagemakers.handle_request
    iam.install(sagemakers.tagged)
    cloudformation_types.install(sagemakers)
    custom_resource.invoke_custom_resource = custom_resources.invoke
    rollback.install(custom_resources)
    cancellation.install(custom_resources)
    function_clock.install(offset)
    metrics.install(measured, sagemakers.clock)
    # After the metrics, because an alarm on metric math has no dimensions of its own.
    alarms.install()
    alarm_events.install()

    # With TLS, MiniStack would also serve on port 443 if it is allowed to.
    app._port_is_bindable = lambda *_: False
    app.app = Gateway(app.app, Control(sagemakers, custom_resources, measured), custom_resources)
