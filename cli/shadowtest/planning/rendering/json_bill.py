"""What is billed, in the JSON of each command."""

from typing import Any

from shadowtest.json_documents import number
from shadowtest.planning.verdict import Bill


def bill(bill: Bill) -> dict[str, Any]:
    return {
        "variant": bill.variant,
        "role": bill.role,
        "model": bill.model,
        "instanceType": bill.instance_type,
        "instanceCount": bill.instance_count,
        "hours": number(bill.hours),
        "instanceHours": number(bill.instance_hours),
    }
