"""The fault campaign: seeded simulations of a stack's life, in which everything around the handler can fail.

One process, one simulated clock, one seed. The real handler (``index.serve``) runs unchanged. CloudFormation, Lambda,
SageMaker, and changes by other people are simulated around it. The invariants of the project (``invariants``) must
always hold. The same seed replays the same life exactly::

    .venv/bin/python -m campaign --lives 10000
    .venv/bin/python -m campaign --seed 4711 --log

====================  ==========================================================
``scheduler``         one thing at a time on a simulated clock
``function``          Lambda: asynchronous invocations, retries, crashes, timeouts
``cloudformation``    the stack: requests, rollbacks, clean-ups, timeouts
``resource``          the resource of a life, and its stack
``aws``               calls to SageMaker, which can be late, refused or lost
``policy``            what IAM allows the function's role to change
``chance``            the dice of a seed, and the probability of each fault
``declarations``      the declarations of a stack's author
``scene``             the endpoint, another owner's test, SageMaker's behavior
``logs``              the log, and what it must not contain
``response_address``  the response URLs
``malformed``         events that are not requests
``world``             everything around the handler
``life``              one life: from the creation of the stack to its deletion
``author``            creates the stack, changes it, deletes it
``meddling``          manual changes by someone else
``extras``            what occurs only in some lives, each in one module:
``takeover``          an existing test that is taken over
``resizing``          ``DesiredModelVariants``
``opening``           declarations that omit production
``endpoint_loss``     someone deletes the endpoint
``neighbour``         a second experiment
``guardrail``         an alarm that may end the test
``gates``             promotions with ``PromoteIf``, and their metrics
``redelivery``        updates that Lambda delivers again during a rollback
``strictness``        a SageMaker that refuses more, or returns tags on pages
``concurrency``       many stacks at once, in a separate test
``handler_calls``     what the handler has changed, and for which request
``endpoints``         what an endpoint serves
``standing``          the expected state of an endpoint
``judge``             checks responses and the live state
``excuses``           what the handler does not cause
``sizes``             whether an ending has left the instances that it declares
``gate_judge``        which promotions with a gate may take place
``measurements``      what follows from the published metrics for a gate
``production``        what the handler's calls change in production
``bounds``            the limits of a request's cost
``outcome``           the result of one life
``invariants``        what must always hold
``mutants``           faults in the handler that the campaign must find
``replacements``      what such a fault replaces parts of the handler by
``trace``             a digest of the calls and responses of each life
``planting``          plants such a fault, and checks that it is reached
====================  ==========================================================
"""
