"""Plans: what a deployment will do to each live shadow test.

The handler decides (``inference_experiment_handler.plan``). This package builds the requests that CloudFormation will
send, asks the handler's planner for one step after another, and applies the effect of each step to what is live.
"""
