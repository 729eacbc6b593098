"""Planning needs nothing but the standard library, so that it can be done where there is no AWS."""

import subprocess
import sys
from pathlib import Path

import pytest

LAMBDA = Path(__file__).parents[2] / "lambda"
PROGRAM = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
for name in ("boto3", "botocore", "crhelper", "urllib3"):
    sys.modules[name] = None
package = importlib.import_module("inference_experiment_handler." + sys.argv[2])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
    print(module.name)
"""


@pytest.mark.parametrize("package", ["plan", "evidence", "model", "spec"])
def test_it_is_imported_without_aws(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, str(LAMBDA), package], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    files = (LAMBDA / "inference_experiment_handler" / package).rglob("*.py")
    assert len(done.stdout.split()) == sum(file.name != "__init__.py" for file in files)
