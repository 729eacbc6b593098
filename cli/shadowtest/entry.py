"""The entry point of the console script. The libraries of the command line are an extra that may not be installed."""

import sys

_EXTRA = ("boto3", "botocore", "click", "rich", "yaml")


def main() -> None:
    try:
        from shadowtest.commands import run  # noqa: PLC0415 - it needs the extra
        from shadowtest.standard_output import guard  # noqa: PLC0415

        guard()
        code = run()
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        print(
            f"error: the command line needs {error.name}, which is not installed: "
            "pip install 'sagemaker-inference-experiment[cli]'",
            file=sys.stderr,
        )
        code = 1
    sys.exit(code)
