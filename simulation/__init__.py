"""CloudFormation, CloudWatch and Lambda as the handler meets them.

They are for whatever drives the handler: the tests, the campaign, the bench.

The parts are here, and no order of events: who sends what when, and what goes wrong, is the driver's business.

==================  ==========================================================
``declarations``    what a stack's author declares
``cloudformation``  the request that is sent, the answer, and the stack's description
``cloudwatch``      metrics that are published, and the states of alarms
``guardrail``       the event of a guardrail's rule
``function``        Lambda's context object
``endpoints``       the models and endpoints that are there before
==================  ==========================================================
"""
