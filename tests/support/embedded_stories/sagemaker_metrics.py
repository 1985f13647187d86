"""SageMaker Metrics: what is put of a trial component is read where it is described."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "sagemaker.metrics", ("sagemaker-metrics", "sagemaker")
_WHEN = datetime.datetime(2024, 5, 6, tzinfo=datetime.UTC)


def story(metrics: Any, sagemaker: Any) -> Look:
    sagemaker.create_trial_component(TrialComponentName="measured")
    data = [
        {"MetricName": "loss", "Timestamp": _WHEN, "Step": step, "Value": value}
        for step, value in ((0, 0.5), (1, 0.25))
    ]
    assert metrics.batch_put_metrics(TrialComponentName="measured", MetricData=data)["Errors"] == []
    refused = metrics.batch_put_metrics(TrialComponentName="nobody", MetricData=data)["Errors"]
    assert refused[0]["Code"] == "VALIDATION_ERROR"

    def look(_metrics: Any, sagemaker: Any) -> Any:
        (loss,) = sagemaker.describe_trial_component(TrialComponentName="measured")["Metrics"]
        assert (loss["MetricName"], loss["Min"], loss["Last"], loss["Count"]) == ("loss", 0.25, 0.25, 2)
        return loss

    return look
