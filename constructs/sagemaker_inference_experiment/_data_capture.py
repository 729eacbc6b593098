"""Where the requests and responses of both variants are kept."""

from dataclasses import dataclass
from typing import Any

from aws_cdk.interfaces.aws_kms import IKeyRef

from sagemaker_inference_experiment._references import key_arn


@dataclass(frozen=True, kw_only=True)
class DataCapture:
    """Captures requests and responses to S3: the API's ``DataStorageConfig``.

    Files come to lie under ``destination/ENDPOINT/VARIANT/...``; ``eventMetadata.inferenceId`` joins the rows of
    production and shadow. The experiment's role needs to write there (and to use the key).

    Args:
        destination: An S3 location, ``s3://bucket/prefix``, up to 512 characters (``Destination``).
        kms_key: Encrypts the captured data at rest (``KmsKey``): a key, or its id, ARN or alias. S3's default
            encryption if omitted.
        csv_content_types: Content types to capture as CSV, at most 10 (``CsvContentTypes``).
        json_content_types: Content types to capture as JSON, at most 10 (``JsonContentTypes``).
            What is in neither list is captured base64-encoded.
    """

    destination: str
    kms_key: IKeyRef | str | None = None
    csv_content_types: tuple[str, ...] | list[str] = ()
    json_content_types: tuple[str, ...] | list[str] = ()

    def _render(self) -> dict[str, Any]:
        content_type = {
            **({"CsvContentTypes": list(self.csv_content_types)} if self.csv_content_types else {}),
            **({"JsonContentTypes": list(self.json_content_types)} if self.json_content_types else {}),
        }
        return {
            "Destination": self.destination,
            **({"KmsKey": key_arn(self.kms_key)} if self.kms_key is not None else {}),
            **({"ContentType": content_type} if content_type else {}),
        }
