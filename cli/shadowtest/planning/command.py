"""``shadowtest plan``."""

from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from shadowtest.aws.options import reads_aws, stack_argument
from shadowtest.aws.session import Aws
from shadowtest.deploying.change_set import stack_of_change_set
from shadowtest.deploying.sources import Source, stacks_to_deploy
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.errors import CommandError, print_errors
from shadowtest.exit_codes import ExitCode
from shadowtest.markdown.options import limits_markdown
from shadowtest.outputs import Outputs, output_options
from shadowtest.planning.cost import cost_of
from shadowtest.planning.outcome import exit_code
from shadowtest.planning.plan_stacks import plan_offline, plan_stacks
from shadowtest.planning.rendering import document
from shadowtest.planning.same_endpoint import with_each_other
from shadowtest.pricing.price_list import PriceList
from shadowtest.pricing.prices import Prices, no_prices, prices_in
from shadowtest.printing import FORMATS, output


def _amount(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter(f"{value!r} must be a number such as 250.00")
    return amount


@click.command("plan")
@click.argument("source", required=False, metavar="[CDK.OUT | TEMPLATE]")
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    type=stack_argument,
    metavar="NAME",
    help="Plan only this stack, or the stack of TEMPLATE.",
)
@click.option("--parameters", multiple=True, metavar="[STACK:]KEY=VALUE", help="A parameter value. May be repeated.")
@click.option(
    "--deployment-file", type=click.Path(path_type=Path), metavar="FILE", help="The deployment file of Git sync."
)
@click.option("--change-set", metavar="ARN", help="Plan this change set, with the values that CloudFormation resolves.")
@click.option("--offline", is_flag=True, help="Do not read from AWS. Check only the properties.")
@click.option("--strict", is_flag=True, help="Exit with 4 if what happens to a test is not known.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if a test changes.")
@click.option(
    "--prices", "price_file", type=click.Path(path_type=Path), metavar="FILE", help="A file with hourly prices."
)
@click.option(
    "--max-cost", callback=_amount, metavar="AMOUNT", help="Exit with 3 if the cost until the tests end is higher."
)
@limits_markdown
@output_options(FORMATS)
@reads_aws
def command(
    source: str | None,
    stacks: tuple[str, ...],
    parameters: tuple[str, ...],
    deployment_file: Path | None,
    change_set: str | None,
    *,
    offline: bool,
    strict: bool,
    detailed_exitcode: bool,
    price_file: Path | None,
    max_cost: Decimal | None,
    max_bytes: int,
    kind: str,
    outputs: Outputs,
    aws: Aws,
) -> int:
    """Show what a deployment will do to each live shadow test, before you deploy.

    The source is the folder that cdk synth writes (by default cdk.out) or a CloudFormation template, or - for a
    template on standard input. The command reads the deployed stacks, experiments and endpoints, and runs the
    function's own planner on them. It changes nothing.

    \b
    Exit codes:
      0  the plan was made
      1  an error in the input, from AWS, or in how the command was called; what could be read is still planned
      2  a test changes (only with --detailed-exitcode)
      3  the deployment would be refused, or costs more than --max-cost
      4  what happens to a test is not known (only with --strict)
    """
    prices = _prices(price_file, aws, offline=offline)
    asked = Source(source, stacks, deployment_file, parameters)
    to_deploy = _of_change_set(change_set, asked, aws, offline=offline) if change_set else stacks_to_deploy(asked)
    planned = plan_offline(to_deploy) if offline else plan_stacks(to_deploy, aws)
    plans = with_each_other(planned.plans)
    cost = cost_of(plans, prices, max_cost)
    if plans or not planned.errors:
        output(kind, outputs, document(plans, cost, max_bytes=max_bytes))
    print_errors(planned.errors)
    if planned.errors:
        return ExitCode.ERROR
    return exit_code(plans, cost, strict=strict, detailed=detailed_exitcode)


def _of_change_set(arn: str, asked: Source, aws: Aws, *, offline: bool) -> list[StackToDeploy]:
    others = {
        "a template or a folder": asked.path,
        "--stack": asked.stacks,
        "--parameters": asked.parameters,
        "--deployment-file": asked.deployment_file,
        "--offline": offline,
    }
    given = [name for name, value in others.items() if value]
    if given:
        raise CommandError(f"--change-set can't be combined with {' and '.join(given)}")
    return [stack_of_change_set(aws, arn)]


def _prices(file: Path | None, aws: Aws, *, offline: bool) -> Prices:
    if file is not None:
        return prices_in(file)
    return no_prices("prices are not read with --offline") if offline else PriceList(aws)
