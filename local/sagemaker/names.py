"""ARNs and the identity of names. SageMaker lower-cases names in ARNs, so ``A`` and ``a`` are the same name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Arns:
    partition: str
    region: str
    account: str

    def of(self, kind: str, name: str) -> str:
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:{kind}/{key(name)}"

    def kms_key(self, given: str) -> str:
        if given.startswith("arn:"):
            return given
        resource = given if given.startswith("alias/") else f"key/{given.removeprefix('key/')}"
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:{resource}"


def key(name: str) -> str:
    return name.lower()


def split(arn: str) -> tuple[str, str]:
    """The kind and the name in an ARN. The kind is empty if the ARN has another form."""
    kind, slash, name = arn.split(":", 5)[5].partition("/")
    return (kind, name) if slash else ("", kind)
