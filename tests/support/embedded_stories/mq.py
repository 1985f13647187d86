"""Amazon MQ: configurations of brokers, which do not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "mq", "mq"


_DATA = "PGJyb2tlci8+"


def story(mq: Any) -> Look:
    made = mq.create_configuration(
        Name="small", EngineType="ACTIVEMQ", EngineVersion="5.18", Tags={"team": "a", "b": "2"}
    )
    configuration, arn = made["Id"], made["Arn"]
    updated = mq.update_configuration(ConfigurationId=configuration, Data=_DATA, Description="smaller")
    assert updated["LatestRevision"]["Revision"] == 2
    rabbits = {"Name": "r", "EngineType": "RABBITMQ", "EngineVersion": "3.13"}
    assert refused(mq.create_configuration, **rabbits) == "ServiceUnavailableException"
    assert refused(mq.list_brokers) == "ServiceUnavailableException"
    mq.create_tags(ResourceArn=arn, Tags={"a": "1"})
    mq.delete_tags(ResourceArn=arn, TagKeys=["team", "b"])
    gone = mq.create_configuration(Name="gone", EngineType="ACTIVEMQ", EngineVersion="5.18")["Id"]
    mq.delete_configuration(ConfigurationId=gone)
    assert refused(mq.describe_configuration, ConfigurationId=gone) == "NotFoundException"
    assert refused(mq.update_configuration, ConfigurationId=gone, Data=_DATA) == "NotFoundException"
    revision = {"ConfigurationId": configuration, "ConfigurationRevision": "9"}
    assert refused(mq.describe_configuration_revision, **revision) == "NotFoundException"

    def look(mq: Any) -> Any:
        found = mq.describe_configuration(ConfigurationId=configuration)
        assert (found["Name"], found["Tags"], found["LatestRevision"]["Revision"]) == ("small", {"a": "1"}, 2)
        second = mq.describe_configuration_revision(ConfigurationId=configuration, ConfigurationRevision="2")
        assert (second["Data"], second["Description"]) == (_DATA, "smaller")
        revisions = mq.list_configuration_revisions(ConfigurationId=configuration)["Revisions"]
        assert [one["Revision"] for one in revisions] == [1, 2]
        configurations = [one["Id"] for one in mq.list_configurations()["Configurations"]]
        assert configuration in configurations
        assert gone not in configurations
        return found, second, revisions, configurations, mq.list_tags(ResourceArn=arn)["Tags"]

    return look
