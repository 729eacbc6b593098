"""A plan that has a value in each of its fields."""

from datetime import UTC, datetime
from decimal import Decimal

from shadowtest.planning.cost import Cost
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Alternative, Bill, Difference, Fate, Kind, Verdict

_WEEK = 167.99861
_PROMOTION = Verdict(
    Kind.PROMOTE,
    "trial",
    request="Update",
    reason="DesiredState is Completed",
    can_be_undone=False,
    waits_for=("Updating",),
    endpoint="shop",
    bills=(Bill("Shadow", "production", "challenger", "ml.m5.xlarge", 3, None),),
    fates=(Fate("Shadow", "shadow", "challenger", "Promote", "ml.m5.xlarge", 3),),
    gate="holds: 1 of 1 criterion at 2030-01-02T00:00:00Z",
    operations=("StopInferenceExperiment",),
)
_REPLACEMENT = Verdict(
    Kind.REPLACE,
    "trial-2",
    request="Update",
    can_be_undone=False,
    endpoint="shop",
    sampling=50,
    starts=datetime(2030, 1, 1, 0, 5, tzinfo=UTC),
    ends=datetime(2030, 1, 8, 0, 5, tzinfo=UTC),
    bills=(Bill("Shadow", "shadow", "challenger", "ml.m5.xlarge", 2, _WEEK),),
    replaces="trial",
    operations=("CreateInferenceExperiment",),
)
_UPDATE = Verdict(
    Kind.UPDATE,
    "trial",
    request="Update",
    differences=(Difference("Description", "'für später'", "absent"),),
    can_be_undone=True,
)
_UNKNOWN = Verdict(
    Kind.UNKNOWN,
    "other",
    reason="Run is known at deployment",
    alternatives=(Alternative("another Run", (_UPDATE,)),),
)
PLAN = StackPlan(
    "Shop",
    "eu-west-1",
    (ResourcePlan("ShadowTest", (_PROMOTION, _REPLACEMENT)), ResourcePlan("Other", (_UNKNOWN,))),
    ("Stack Shop is UPDATE_COMPLETE.",),
)
COST = Cost(2 * _WEEK, Decimal("77.27936"), "EUR", ("the effect on Other is not known",))
