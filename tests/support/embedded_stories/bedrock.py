"""Bedrock: where invocations are to be logged; no model is customized or invoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "bedrock", "bedrock"
_CONFIG = {
    "cloudWatchConfig": {"logGroupName": "invocations", "roleArn": "arn:aws:iam::123456789012:role/runner"},
    "textDataDeliveryEnabled": True,
}


def story(bedrock: Any) -> Look:
    assert not bedrock.get_model_invocation_logging_configuration().get("loggingConfig")
    bedrock.put_model_invocation_logging_configuration(loggingConfig=_CONFIG)
    bedrock.delete_model_invocation_logging_configuration()
    assert not bedrock.get_model_invocation_logging_configuration().get("loggingConfig")
    bedrock.put_model_invocation_logging_configuration(loggingConfig=_CONFIG)
    with pytest.raises(ClientError, match="no model is customized"):
        bedrock.list_custom_models()

    def look(bedrock: Any) -> Any:
        found = bedrock.get_model_invocation_logging_configuration()["loggingConfig"]
        assert found == _CONFIG
        return found

    return look
