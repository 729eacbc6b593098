"""CloudFormation, CloudWatch and Lambda as the handler sees them, for each driver: the tests, the campaign and the
benchmarks.

This package has the parts, but no order of events. The driver decides when each event and each fault occurs.

==================  ==========================================================
``declarations``    the declarations of a stack's author
``cloudformation``  the request, the response, and the description of the stack
``cloudwatch``      metrics that are published, and the states of alarms
``guardrail``       the event of a guardrail's rule
``function``        Lambda's context object
``endpoints``       the models and endpoints that exist before
==================  ==========================================================
"""
