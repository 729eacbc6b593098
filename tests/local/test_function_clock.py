"""Lambda functions have the time of the local AWS."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.server import LocalAws
from tests.support.functions import make_function

FUNCTION = """
import boto3, datetime
from datetime import UTC, datetime as imported

def handler(event, context):
    boto3.client("sts").get_caller_identity()
    now = imported.now(UTC)
    return {
        "now": now.isoformat(),
        "utcnow": imported.utcnow().replace(tzinfo=UTC).isoformat(),
        "later": (now + datetime.timedelta(days=1)).isoformat(),
        "instances": [isinstance(each, imported) for each in (now, imported.max, datetime.date.today())],
        "left": context.get_remaining_time_in_millis(),
    }
"""


def test_a_function_that_runs_already_follows_the_clock(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(FUNCTION)
    with LocalAws() as aws:
        allowed = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
        function = make_function(aws, "clock", tmp_path, [allowed])
        for advanced in (timedelta(), timedelta(hours=6), timedelta(days=8)):
            aws.control.advance(advanced)
            payload = aws.session().client("lambda").invoke(FunctionName=function)["Payload"]
            said = json.loads(payload.read())
            now = datetime.fromisoformat(aws.control.now())
            for name, expected in (("now", now), ("utcnow", now), ("later", now + timedelta(days=1))):
                assert timedelta() <= expected - datetime.fromisoformat(said[name]) < timedelta(seconds=20)
            assert said["instances"] == [True, True, False]
            assert 20_000 < said["left"] <= 30_000
        assert now - datetime.now(UTC) > timedelta(days=8)
