"""AWS Config: a recorder that does not record, its delivery channel, authorizations and retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "config", "config"


_ROLE = "arn:aws:iam::123456789012:role/runner"
_GROUP = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::VPC"]}


def story(config: Any) -> Look:
    channel = {"name": "default", "s3BucketName": "records", "s3KeyPrefix": "config"}
    refusal = refused(config.put_delivery_channel, DeliveryChannel=channel)
    assert refusal == "NoAvailableConfigurationRecorderException"
    _delete_a_recorder(config)
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": _ROLE, "recordingGroup": _GROUP}
    )
    config.put_delivery_channel(DeliveryChannel=channel)
    config.delete_delivery_channel(DeliveryChannelName="default")
    assert (
        refused(config.describe_delivery_channels, DeliveryChannelNames=["default"]) == "NoSuchDeliveryChannelException"
    )
    config.put_delivery_channel(DeliveryChannel=channel)
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    none = {"ConfigurationRecorderName": "none"}
    assert refused(config.start_configuration_recorder, **none) == "ServiceUnavailableException"
    assert refused(config.delete_configuration_recorder, **none) == "NoSuchConfigurationRecorderException"
    config.put_retention_configuration(RetentionPeriodInDays=60)
    config.delete_retention_configuration(RetentionConfigurationName="default")
    assert config.describe_retention_configurations()["RetentionConfigurations"] == []
    config.put_retention_configuration(RetentionPeriodInDays=90)
    arn = _authorized(config)

    def look(config: Any) -> Any:
        (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
        assert (recorder["name"], recorder["roleARN"]) == ("default", _ROLE)
        assert recorder["recordingGroup"]["resourceTypes"] == ["AWS::EC2::VPC"]
        (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        assert status["recording"] is False
        (found,) = config.describe_delivery_channels()["DeliveryChannels"]
        assert found == channel
        (kept,) = config.describe_retention_configurations()["RetentionConfigurations"]
        assert kept["RetentionPeriodInDays"] == 90
        (authorized,) = config.describe_aggregation_authorizations()["AggregationAuthorizations"]
        assert authorized["AggregationAuthorizationArn"] == arn
        tags = config.list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert tags == [{"Key": "a", "Value": "1"}]
        return recorder, status, found, kept, authorized, tags

    return look


def _delete_a_recorder(config: Any) -> None:
    config.put_configuration_recorder(ConfigurationRecorder={"name": "gone", "roleARN": _ROLE})
    config.delete_configuration_recorder(ConfigurationRecorderName="gone")
    refusal = refused(config.describe_configuration_recorders, ConfigurationRecorderNames=["gone"])
    assert refusal == "NoSuchConfigurationRecorderException"


def _authorized(config: Any) -> str:
    gone = {"AuthorizedAccountId": "111122223333", "AuthorizedAwsRegion": "us-east-1"}
    config.put_aggregation_authorization(**gone)
    config.delete_aggregation_authorization(**gone)
    made = config.put_aggregation_authorization(
        AuthorizedAccountId="210987654321", AuthorizedAwsRegion="us-east-1", Tags=[{"Key": "team", "Value": "a"}]
    )
    arn = made["AggregationAuthorization"]["AggregationAuthorizationArn"]
    config.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    config.untag_resource(ResourceArn=arn, TagKeys=["team"])
    return str(arn)
