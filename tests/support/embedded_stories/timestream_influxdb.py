"""Parameter groups of Timestream for InfluxDB: no database runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "timestream-influxdb", "timestream-influxdb"


def story(influxdb: Any) -> Look:
    parameters = {"InfluxDBv2": {"fluxLogEnabled": True, "queryConcurrency": 8}}
    made = influxdb.create_db_parameter_group(
        name="quick", description="of all", parameters=parameters, tags={"team": "shop"}
    )
    assert (made["name"], made["parameters"]) == ("quick", parameters)
    with pytest.raises(ClientError, match="ConflictException"):
        influxdb.create_db_parameter_group(name="quick")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        influxdb.get_db_parameter_group(identifier="nobody")
    assert "quick" in {one["name"] for one in influxdb.list_db_parameter_groups()["items"]}
    arn = made["arn"]
    influxdb.tag_resource(resourceArn=arn, tags={"stage": "test"})
    influxdb.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert influxdb.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "test"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        influxdb.list_tags_for_resource(resourceArn=f"{arn}0")

    def look(influxdb: Any) -> Any:
        told = influxdb.get_db_parameter_group(identifier=made["id"])
        return told, influxdb.list_tags_for_resource(resourceArn=arn)

    return look
