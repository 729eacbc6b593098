"""Apps that are synthesised as ``cdk synth`` does it: the app is run, and writes its cloud assembly."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def synthesised(app: Path, folder: Path, **context: Any) -> Path:
    """The assembly of an app with this context."""
    environment = {**os.environ, "CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": json.dumps(context)}
    subprocess.run([sys.executable, app], env=environment, check=True, capture_output=True)
    return folder
