"""Pages in a real browser: Chromium from node_modules, driven by a script that prints what a reader sees as JSON."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

CACHE = Path(__file__).parents[2] / ".cache"


def looked(script: Path, place: Path, artefacts: str) -> dict[str, Any]:
    """What the script prints of the pages at the place. It leaves screenshots in a folder of .cache/artefacts."""
    pictures, scratch = CACHE / "artefacts" / artefacts, CACHE / "browser"
    for folder in (pictures, scratch):
        folder.mkdir(parents=True, exist_ok=True)
    # The browser unpacks itself there, once.
    environment = {**os.environ, "TMPDIR": str(scratch)}
    command = ["node", str(script), str(place), str(pictures)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told
