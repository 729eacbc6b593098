"""The fault campaign: seeded lives of a stack, in which everything around the handler may go wrong.

One process, one simulated clock, one seed. The real handler (``index.serve``) runs unchanged; CloudFormation's,
Lambda's and SageMaker's sides of the contract are played around it, and somebody who meddles. Whatever happens, what
the project promises must hold (``invariants``); the same seed replays the same life exactly::

    .venv/bin/python -m campaign --lives 10000
    .venv/bin/python -m campaign --seed 4711 --log

====================  ==========================================================
``scheduler``         one thing at a time on a simulated clock
``function``          Lambda: asynchronous invocations, retries, crashes, time-outs
``cloudformation``    the stack: requests, rollbacks, clean-ups, time-outs
``resource``          which resource of which stack
``aws``               SageMaker's calls, late, refused, or lost on the way
``policy``            what IAM lets the function's role change
``chance``            the seed's dice, and how often what goes wrong
``declarations``      what a stack's author declares next
``scene``             the endpoint, a foreign experiment, and how SageMaker behaves
``logs``              what is logged, and what must not be
``response_address``  where answers are put, at most times
``malformed``         events that are no requests
``world``             all of it, around the handler
``life``              one life: from the stack's creation until it is gone
``author``            creates the stack, changes it, deletes it
``meddling``          somebody who does things by hand
``extras``            what only some lives have; each of it in a module:
``takeover``          a test that was there before
``resizing``          ``DesiredModelVariants``
``opening``           declarations that leave production as it is served
``endpoint_loss``     somebody deletes the endpoint
``neighbour``         a second stack
``concurrency``       many stacks at once; no life, but a test of its own
``handler_calls``     what the handler has changed, and for which request
``endpoints``         what an endpoint serves
``standing``          what may be found on it
``judge``             what was answered and what is live, held against the invariants
``excuses``           what is not the handler's doing
``sizes``             whether an ending has left the instances that it declares
``bounds``            what a request may cost at most
``outcome``           what one life came to
``invariants``        what must hold, whatever happens
``mutants``           faults in the handler itself, which the campaign has to find
``planting``          how such a fault is planted, and whether it is reached
====================  ==========================================================
"""
