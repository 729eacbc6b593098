"""What is generated of docs/pipelines.md: the comments of three pull requests, and the table of IAM actions."""

from decimal import Decimal
from pathlib import Path

from shadowtest.aws.policies import ACTIONS
from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.cost import cost_of
from shadowtest.planning.rendering.markdown import render_markdown
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.pricing.prices import Price
from simulation.declarations import Declaration, as_served
from tests.support.stack import Stack

PAGE = Path(__file__).parents[2] / "docs" / "pipelines.md"
_BEFORE = as_served()
_PRICE = Price(Decimal("0.23"), "USD")
_PULL_REQUESTS: dict[str, Declaration] = {
    "More of the traffic is copied: `sampling_percentage` from 10 to 50": as_served(sampling=50),
    "Another shadow model, and nothing else": as_served("contender"),
    "The shadow variant is promoted: `conclusion=Conclusion.promote_shadow()`": _BEFORE
    | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}},
}


def comments() -> str:
    """What a reviewer sees of the three pull requests."""
    stack = Stack()
    name = stack.create(_BEFORE).physical_id
    parts = []
    for title, declared in _PULL_REQUESTS.items():
        change = Change(stack.stack_id, "ShadowTest", _BEFORE, declared, name)
        verdicts = verdicts_of(change, stack.ports.sagemaker(), stack.clock.now())
        plan = StackPlan("RankingShadowTest", "us-east-1", (ResourcePlan("ShadowTest", verdicts),))
        cost = cost_of([plan], lambda *_: _PRICE)
        comment = render_markdown([plan], cost).replace("### ", "**").replace("\n\n", "**\n\n", 1)
        parts.append(f"### {title}\n\n{_quoted(comment)}")
    return "\n".join(parts)


def actions() -> str:
    rows = (
        f"| `{command}` | {', '.join(f'`{each}`' for each in sorted(needed))} |" for command, needed in ACTIONS.items()
    )
    return "\n".join(("| command | actions |", "|---|---|", *rows, ""))


def made(page: str) -> str:
    """The page with its made parts."""
    for name, text in (("comments", comments()), ("actions", actions())):
        begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    return page


def _quoted(markdown: str) -> str:
    return "".join(f"> {line}".rstrip() + "\n" for line in markdown.strip().splitlines())


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text()))
