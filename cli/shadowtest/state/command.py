"""``shadowtest status``."""

from math import isfinite

import click

from shadowtest.aws.options import reads_aws, stack_argument
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import no_such_stacks, stacks_of_names
from shadowtest.errors import print_errors
from shadowtest.exit_codes import ExitCode
from shadowtest.markdown.options import limits_markdown
from shadowtest.nested_stacks import note_nested_stacks
from shadowtest.outputs import Outputs, output_options, write
from shadowtest.printing import FORMATS, output
from shadowtest.standard_output import ReaderGoneError
from shadowtest.state.live_state import State
from shadowtest.state.reading import followed, state_of_region, state_of_stacks
from shadowtest.state.rendering import document
from shadowtest.state.watching import Watch
from shadowtest.values.stack import stack_name


@click.command("status")
@click.argument("stacks", nargs=-1, type=stack_argument, metavar="[STACK]...")
@click.option("--all", "everything", is_flag=True, help="Also show ended tests, and experiments that no stack owns.")
@click.option("--watch", "watches", is_flag=True, help="Follow the tests until nothing is in transition.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0, min_open=True),
    default=5,
    show_default=True,
    metavar="SECONDS",
    help="How often --watch reads the state.",
)
@limits_markdown
@output_options(FORMATS)
@reads_aws
def command(
    stacks: tuple[str, ...],
    *,
    everything: bool,
    watches: bool,
    interval: float,
    max_bytes: int,
    kind: str,
    outputs: Outputs,
    aws: Aws,
) -> int:
    """Show the live tests: status, traffic share, variants as served, time left, and what is billed.

    STACK is the name of a deployed stack. All of its tests are shown, including ended ones. Without a STACK, the
    command shows the tests of the region that a stack owns and that have not ended.

    \b
    Exit codes:
      0    the state was shown; with --watch, no stack, test or endpoint is in transition
      1    an error in the input or from AWS, or an experiment of a named STACK does not exist; what could be read is
           still shown
      130  --watch was interrupted (Ctrl-C), or nothing reads its output any more
    """
    if not isfinite(interval):
        raise click.BadParameter(f"--interval {interval} must be a number of seconds")
    if everything and stacks:
        raise click.UsageError("--all can't be combined with STACK")
    if watches and kind != "text":
        raise click.UsageError(f"--watch prints only text: use --out {kind}=FILE to write the last state")
    names = [stack_name(each) for each in stacks]
    read = _Reader(aws, stacks, everything=everything)
    if watches:
        watch = Watch(read, interval, aws.now)
        try:
            state = watch.follow()
        except (KeyboardInterrupt, ReaderGoneError):
            return ExitCode.INTERRUPTED
        finally:
            # Also if AWS can no longer be read.
            if (last := watch.last) is not None:
                write(outputs, document(last, names, max_bytes=max_bytes).rendered)
    else:
        state = read()
        if state.tests or not state.unread:
            output(kind, outputs, document(state, names, max_bytes=max_bytes))
    errors = [*state.missing, *state.unread]
    print_errors(errors)
    return ExitCode.ERROR if errors else ExitCode.DONE


class _Reader:
    """Reads the state. A named stack must exist at the first read. Later, it may be deleted.

    What was shown before is followed to its end, even if the arguments no longer select it.
    """

    def __init__(self, aws: Aws, stacks: tuple[str, ...], *, everything: bool) -> None:
        self._aws, self._stacks, self._everything = aws, stacks, everything
        self._last: State | None = None
        self._is_first = True

    def __call__(self) -> State:
        state = self._read()
        if state.unread:
            # A test that is missing from it may only be unread. It is followed from the last complete state.
            return state
        if self._last is not None:
            state = followed(self._aws, state, self._last)
        self._last = state
        return state

    def _read(self) -> State:
        if not self._stacks:
            return state_of_region(self._aws, everything=self._everything)
        stacks, missing = stacks_of_names(self._aws, self._stacks)
        if self._is_first:
            if missing:
                raise no_such_stacks(self._aws, missing)
            note_nested_stacks(stacks.found)
        self._is_first = False
        return state_of_stacks(self._aws, stacks)
