"""The CPU time and memory of a new process until the response to its first SageMaker call."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from sagemaker_inference_experiment._asset import collect

RUNS = 9
_MEASURED = """
import json, os, resource, sys
{body}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
_CALL = """
try:
    client.describe_inference_experiment(Name="x")
except client.exceptions.ResourceNotFound:
    pass
"""
PROGRAMS = {
    "botocore alone, one client": f"""
import botocore.session
client = botocore.session.get_session().create_client("sagemaker")
{_CALL}
""",
    "stock crhelper and boto3": f"""
import boto3
from crhelper import CfnResource
helper = CfnResource(log_level="CRITICAL")
client = boto3.client("sagemaker")
{_CALL}
""",
    "this handler": f"""
sys.path.insert(0, sys.argv[1])
from inference_experiment_handler import index
from inference_experiment_handler.runtime.custom_resource import InferenceExperimentResource
InferenceExperimentResource(index.real_ports())
client = index._sagemaker()
{_CALL}
""",
}


def measured() -> dict[str, tuple[float, float]]:
    """CPU seconds and MiB of each program, as medians of several alternating runs."""
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder, _not_found() as url:
        collect(Path(folder))
        for _ in range(RUNS):
            for name, body in PROGRAMS.items():
                samples[name].append(_run(body, folder, url))
    return {
        name: (median(cpu for cpu, _ in each), median(memory for _, memory in each)) for name, each in samples.items()
    }


def _run(body: str, asset: str, url: str) -> tuple[float, float]:
    environment = {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    program = [sys.executable, "-c", _MEASURED.format(body=body), asset]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    cpu, memory = json.loads(done.stdout.splitlines()[-1])
    return float(cpu), float(memory)


@contextmanager
def _not_found() -> Iterator[str]:
    """The URL of a SageMaker without resources."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps({"__type": "ResourceNotFound", "message": "no such experiment"}).encode()
            self.send_response(400)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
