"""Runs the command line on a simulated account, in which a test is being updated.

It is ``held``, or over after a while (``moving``), or the test and its stack are deleted (``deleted``).
"""

import logging
import sys
from unittest import mock

from shadowtest.aws import options
from shadowtest.entry import main
from simulation.declarations import declared
from tests.support.account import Deployed, FakeAws
from tests.support.stack import Stack

course, *arguments = sys.argv[1:]
# The function, which creates the test, logs its steps.
logging.disable()
stack = Stack()
name = stack.create(declared(Schedule={"Duration": "P7D"})).physical_id
mode = stack.describe(name)["ShadowModeConfig"]
mode["ShadowModelVariants"][0]["SamplingPercentage"] = 50
stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=mode)
aws = FakeAws(stack)
template = {"Resources": {"ShadowTest": {"Type": "Custom::SageMakerInferenceExperiment", "Properties": {}}}}
aws.cloudformation.stacks["Demo"] = Deployed(stack.stack_id, template, {"ShadowTest": name})
sys.argv = ["shadowtest", *arguments]
with mock.patch.object(options, "Aws", return_value=aws):
    if course == "held":
        main()

    def sleep(_: float) -> None:
        stack.clock.advance(60)
        if course == "deleted":
            stack.clock.advance(600)
            stack.remove(name)
            aws.cloudformation.stacks.clear()

    with mock.patch("time.sleep", side_effect=sleep):
        main()
