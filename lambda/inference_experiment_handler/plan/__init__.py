"""Plans the next step from a situation. Pure: nothing here makes calls, waits or reads a clock.

``planner``       the entry point: the next step of a request; what an infeasible declaration means in a rollback
``present``       a Create or an Update. It has these parts:
``abandon``         removes what was created, if CloudFormation no longer waits for it
``absent``          there is no experiment: create it
``existing``        there is one: check its owner; update, conclude, start it
``gate``            whether the evidence lets it promote
``feasibility``     which differences can't be resolved, and why
``ended``           it has ended: only its conclusion can still be checked
``predecessor``     first, end the run that this one replaces
``guardrail``     an alarm rings: end the running test, unless a deployment changes it
``removal``       a Delete; also how a test is stopped, and its endpoint verified. It has these parts:
``keep_production`` what a Stop must send so that production stays as it is served
``ending_proof``    whether the endpoint is as the ending declares
``stop_in_effect``  whether a Stop has changed the endpoint before it is shown
``takeover``      an experiment that existed before: how its takeover is confirmed, and rolled back
``finalize``      the tags, as the last step
``needs``         what must be observed before a step can be planned

``situation``     the context of all of these; ``target``: one experiment in it, its owner, its lease, its intents
``fields``        the table of fields; ``matching`` and ``schedule`` compare, ``diff`` names the differences,
                  ``last_applied`` digests, ``update`` and ``arguments`` send
``resolution``    the values that a declaration leaves open
``endpoint``      what an endpoint serves, and whether it allows a test; ``displaced``, ``live_count`` what has changed
``lease``, ``stack``, ``awaited``, ``deadline``   other requests, CloudFormation, whether it still waits, the time
``calls``, ``wording``   calls that are made once; text that several messages share
"""
