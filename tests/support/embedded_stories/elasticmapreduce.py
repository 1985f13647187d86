"""Security configurations of EMR: no cluster is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "elasticmapreduce", "emr"
CONFIGURATION = '{"EncryptionConfiguration": {"EnableInTransitEncryption": false, "EnableAtRestEncryption": false}}'


def story(emr: Any) -> Look:
    for name in ("closed", "gone"):
        assert emr.create_security_configuration(Name=name, SecurityConfiguration=CONFIGURATION)["Name"] == name
    with pytest.raises(ClientError, match="InvalidRequestException"):
        emr.create_security_configuration(Name="closed", SecurityConfiguration=CONFIGURATION)
    emr.delete_security_configuration(Name="gone")
    with pytest.raises(ClientError, match="InvalidRequestException"):
        emr.describe_security_configuration(Name="gone")
    with pytest.raises(ClientError, match="no cluster is started"):
        emr.list_clusters()

    def look(emr: Any) -> Any:
        described = emr.describe_security_configuration(Name="closed")
        assert described["SecurityConfiguration"] == CONFIGURATION
        return described

    return look
