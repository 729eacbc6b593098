"""What a deployment will do to a live shadow test, told before it happens.

The handler decides (``inference_experiment_handler.plan``). This package builds the requests that CloudFormation will
send, asks the handler's planner for one step after the other, and applies the effect of each step to what is live.
"""
