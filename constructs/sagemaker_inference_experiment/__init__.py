"""Amazon SageMaker shadow tests (inference experiments) as code.

``InferenceExperiment`` declares a shadow test, and ``cdk deploy`` creates it. Value objects describe its parts:

```python
InferenceExperiment(
    self,
    "ShadowTest",
    endpoint="shop-ranking",
    shadow_variant=ModelVariant(model="ranking-2025"),
    sampling_percentage=10,
)
```
"""

from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._cloudwatch.comparison import VariantComparison
from sagemaker_inference_experiment._cloudwatch.dashboard import ShadowTestDashboard
from sagemaker_inference_experiment._cloudwatch.options import AlarmOptions, ExpressionOptions, MetricOptions
from sagemaker_inference_experiment._cloudwatch.variant import ExperimentVariant
from sagemaker_inference_experiment._conclusion import Conclusion, DesiredState, OnDelete, VariantAction
from sagemaker_inference_experiment._criterion import Criterion
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._experiment import InferenceExperiment
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._grants import InferenceExperimentGrants
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._provider_options import LogLevel, ProviderOptions
from sagemaker_inference_experiment._schedule import Schedule, WaitFor
from sagemaker_inference_experiment._validation import InvalidExperimentError
from sagemaker_inference_experiment._variants import ModelVariant

__all__ = [
    "AlarmOptions",
    "Conclusion",
    "Criterion",
    "DataCapture",
    "DesiredState",
    "ExperimentVariant",
    "ExpressionOptions",
    "Gate",
    "IInferenceExperiment",
    "InferenceExperiment",
    "InferenceExperimentGrants",
    "InferenceExperimentProvider",
    "InvalidExperimentError",
    "LogLevel",
    "MetricOptions",
    "ModelVariant",
    "OnDelete",
    "ProviderOptions",
    "Schedule",
    "ShadowTestDashboard",
    "VariantAction",
    "VariantComparison",
    "WaitFor",
]
