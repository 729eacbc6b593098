"""What all tests share."""

import atexit
import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# The time of an example depends on the machine, not on the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# CDK checks each template against CloudFormation's schemas, and loading them takes ten seconds in each process. It adds
# only warnings, which no test reads. The test of the installed package still makes the check, as a user's app does.
os.environ.setdefault("CDK_VALIDATION", "false")

# In continuous integration, ``cdk`` writes its messages to the standard output. The documents show a terminal.
os.environ.pop("CI", None)

# CDK leaves a folder in the temporary folder for each app without ``outdir``. The processes that a test starts, such as
# CDK's, get a temporary folder that is removed at the end. ``mkdtemp`` makes Python remember the original folder, so
# pytest's own folders stay there for a look after a failure.
_TEMPORARY = tempfile.mkdtemp(prefix="tests-")
os.environ["TMPDIR"] = _TEMPORARY
atexit.register(shutil.rmtree, _TEMPORARY, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The end-to-end tests first: they take longest, and what is last runs alone."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)
