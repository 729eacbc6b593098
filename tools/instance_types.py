"""Writes the construct's list of instance types from botocore's service model: ``python -m tools.instance_types``."""

from pathlib import Path

import botocore.session

MODULE = Path(__file__).parents[1] / "constructs" / "sagemaker_inference_experiment" / "_instance_types.py"
_HEAD = '''"""SageMaker's instance types at the release. `python -m tools.instance_types` writes this module."""

INSTANCE_TYPES = (
'''


def main() -> None:
    MODULE.write_text(rendered())


def rendered() -> str:
    """The whole module."""
    shape = botocore.session.Session().get_service_model("sagemaker").shape_for("ProductionVariantInstanceType")
    return _HEAD + "".join(f'    "{name}",\n' for name in sorted(shape.enum)) + ")\n"


if __name__ == "__main__":
    main()
