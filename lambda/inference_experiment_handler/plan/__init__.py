"""From a situation to the next step. Pure: nothing here calls, waits or reads a clock.

``planner``       the entry: the next step of a request; what an infeasible declaration means in a rollback
``present``       a Create or an Update. It has these parts:
``abandon``         what was created goes again, where CloudFormation no longer waits for it
``absent``          there is no experiment: create it
``existing``        there is one: whose it is; update, conclude, start
``feasibility``     which differences can't be put right, and why
``ended``           it has ended: only its conclusion can still be checked
``predecessor``     the run that this one replaces goes first
``removal``       a Delete; also how a test is stopped, and its endpoint verified
``finalize``      the tags, last of all
``needs``         what has to be observed before a step can be planned

``situation``     the context of all of these
``fields``        the table of fields; ``matching`` and ``schedule`` compare, ``diff`` names the differences,
                  ``last_applied`` digests, ``update`` and ``arguments`` send
``endpoint``      what an endpoint allows, and what it proves
``lease``, ``handover``, ``stack``, ``deadline``   other requests, other invocations, CloudFormation, the time
``calls``, ``wording``   calls that are made once; what several messages say
"""
