"""Tagged resources: Network Manager to WorkSpaces Web."""

from __future__ import annotations

from typing import Any

from support.embedded_stories.wafv2 import COUNTED
from support.tagged_resource import LIST, LOWER, MAP, NAME, ROLE, Tagged, arn

_OF_WEB = {"Scope": "REGIONAL", "Name": NAME}


def networkmanager(client: Any) -> Tagged:
    made = client.create_global_network(Description="d", Tags=LIST)["GlobalNetwork"]
    return Tagged("get_devices", {"GlobalNetworkId": made["GlobalNetworkId"]})


def networkmanager__device(client: Any) -> Tagged:
    network = client.create_global_network(Description="of devices")["GlobalNetwork"]["GlobalNetworkId"]
    made = client.create_device(GlobalNetworkId=network, Tags=LIST)["Device"]
    return Tagged("delete_device", {"DeviceId": made["DeviceId"]}, {"GlobalNetworkId": network})


def networkmanager__link(client: Any) -> Tagged:
    network = client.create_global_network(Description="of links")["GlobalNetwork"]["GlobalNetworkId"]
    site = client.create_site(GlobalNetworkId=network)["Site"]["SiteId"]
    speed = {"UploadSpeed": 1, "DownloadSpeed": 1}
    made = client.create_link(GlobalNetworkId=network, SiteId=site, Bandwidth=speed, Tags=LIST)["Link"]
    return Tagged("delete_link", {"LinkId": made["LinkId"]}, {"GlobalNetworkId": network})


def networkmanager__site(client: Any) -> Tagged:
    network = client.create_global_network(Description="of sites")["GlobalNetwork"]["GlobalNetworkId"]
    made = client.create_site(GlobalNetworkId=network, Tags=LIST)["Site"]
    return Tagged("delete_site", {"SiteId": made["SiteId"]}, {"GlobalNetworkId": network})


def pinpoint(client: Any) -> Tagged:
    made = client.create_app(CreateApplicationRequest={"Name": NAME, "tags": MAP})["ApplicationResponse"]
    return Tagged("get_app", {"ApplicationId": made["Id"]})


def pipes(client: Any) -> Tagged:
    source, target = (arn("sqs", name) for name in ("in", "out"))
    client.create_pipe(Name=NAME, Source=source, Target=target, RoleArn=ROLE, DesiredState="STOPPED", Tags=MAP)
    return Tagged("describe_pipe", {"Name": NAME})


def rds(client: Any) -> Tagged:
    client.create_db_parameter_group(
        DBParameterGroupName=NAME, DBParameterGroupFamily="postgres16", Description="d", Tags=LIST
    )
    return Tagged("describe_db_parameters", {"DBParameterGroupName": NAME})


def rds__cluster(client: Any) -> Tagged:
    client.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=NAME, DBParameterGroupFamily="aurora-postgresql16", Description="d", Tags=LIST
    )
    return Tagged("delete_db_cluster_parameter_group", {"DBClusterParameterGroupName": NAME})


def rds__cluster_copy(client: Any) -> Tagged:
    client.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="source", DBParameterGroupFamily="aurora-postgresql16", Description="d"
    )
    client.copy_db_cluster_parameter_group(
        SourceDBClusterParameterGroupIdentifier="source",
        TargetDBClusterParameterGroupIdentifier="copied",
        TargetDBClusterParameterGroupDescription="d",
        Tags=LIST,
    )
    return Tagged("delete_db_cluster_parameter_group", {"DBClusterParameterGroupName": "copied"})


def rds__copy(client: Any) -> Tagged:
    client.create_db_parameter_group(
        DBParameterGroupName="source", DBParameterGroupFamily="postgres16", Description="d"
    )
    client.copy_db_parameter_group(
        SourceDBParameterGroupIdentifier="source",
        TargetDBParameterGroupIdentifier="copied",
        TargetDBParameterGroupDescription="d",
        Tags=LIST,
    )
    return Tagged("describe_db_parameters", {"DBParameterGroupName": "copied"})


def redshift(client: Any) -> Tagged:
    client.create_cluster_parameter_group(
        ParameterGroupName=NAME, ParameterGroupFamily="redshift-1.0", Description="d", Tags=LIST
    )
    return Tagged("delete_cluster_parameter_group", {"ParameterGroupName": NAME})


def resource_groups(client: Any) -> Tagged:
    filters = '{"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "a", "Values": ["b"]}]}'
    client.create_group(Name=NAME, ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": filters}, Tags=MAP)
    return Tagged("get_group_query", {"Group": NAME})


def sagemaker_api(client: Any) -> Tagged:
    client.create_model(ModelName=NAME, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "i"}, Tags=LIST)
    return Tagged("describe_model", {"ModelName": NAME})


def sagemaker_api__card(client: Any) -> Tagged:
    client.create_model_card(ModelCardName=NAME, Content="{}", ModelCardStatus="Draft", Tags=LIST)
    return Tagged("describe_model_card", {"ModelCardName": NAME})


def sagemaker_api__endpoint_config(client: Any) -> Tagged:
    client.create_model(ModelName="of-variants", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "i"})
    variant: dict[str, Any] = {"VariantName": "v", "ModelName": "of-variants", "InstanceType": "ml.t2.medium"}
    variant["InitialInstanceCount"] = 1
    client.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=[variant], Tags=LIST)
    return Tagged("describe_endpoint_config", {"EndpointConfigName": NAME})


def sagemaker_api__package(client: Any) -> Tagged:
    client.create_model_package_group(ModelPackageGroupName="of-packages", Tags=LIST)
    contents = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
    inference = {"Containers": [{"Image": "i"}], **contents}
    made = client.create_model_package(ModelPackageGroupName="of-packages", InferenceSpecification=inference)
    return Tagged("describe_model_package", {"ModelPackageName": made["ModelPackageArn"]}, is_part=True)


def sagemaker_api__package_group(client: Any) -> Tagged:
    client.create_model_package_group(ModelPackageGroupName=NAME, Tags=LIST)
    return Tagged("describe_model_package_group", {"ModelPackageGroupName": NAME})


def sagemaker_api__pipeline(client: Any) -> Tagged:
    steps = '{"Version": "2020-12-01", "Steps": []}'
    client.create_pipeline(
        PipelineName=NAME, ClientRequestToken="t" * 32, RoleArn=ROLE, PipelineDefinition=steps, Tags=LIST
    )
    return Tagged("describe_pipeline", {"PipelineName": NAME})


def scheduler(client: Any) -> Tagged:
    client.create_schedule_group(Name=NAME, Tags=LIST)
    return Tagged("get_schedule_group", {"Name": NAME})


def secretsmanager(client: Any) -> Tagged:
    client.create_secret(Name=NAME, SecretString="x", Tags=LIST)
    return Tagged("describe_secret", {"SecretId": NAME})


def securityhub(client: Any) -> Tagged:
    client.enable_security_hub(EnableDefaultStandards=False, Tags=MAP)
    return Tagged("describe_hub", {})


def servicecatalog(client: Any) -> Tagged:
    made = client.create_portfolio(DisplayName=NAME, ProviderName="us", IdempotencyToken="once", Tags=LIST)
    return Tagged("describe_portfolio", {"Id": made["PortfolioDetail"]["Id"]})


def servicediscovery__namespace(client: Any) -> Tagged:
    asked = client.create_http_namespace(Name=NAME, Tags=LIST)["OperationId"]
    made = client.get_operation(OperationId=asked)["Operation"]["Targets"]["NAMESPACE"]
    return Tagged("get_namespace", {"Id": made})


def servicediscovery__service(client: Any) -> Tagged:
    asked = client.create_http_namespace(Name="of-services")["OperationId"]
    namespace = client.get_operation(OperationId=asked)["Operation"]["Targets"]["NAMESPACE"]
    made = client.create_service(Name=NAME, NamespaceId=namespace, Tags=LIST)["Service"]
    return Tagged("get_service", {"Id": made["Id"]})


def sns(client: Any) -> Tagged:
    return Tagged("get_topic_attributes", {"TopicArn": client.create_topic(Name=NAME, Tags=LIST)["TopicArn"]})


def sns__subscription(client: Any) -> Tagged:
    topic = client.create_topic(Name="subscribed", Tags=LIST)["TopicArn"]
    queue = arn("sqs", "unknown")
    made = client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, ReturnSubscriptionArn=True)
    return Tagged("get_subscription_attributes", {"SubscriptionArn": made["SubscriptionArn"]}, is_part=True)


def sqs(client: Any) -> Tagged:
    return Tagged("get_queue_attributes", {"QueueUrl": client.create_queue(QueueName=NAME, tags=MAP)["QueueUrl"]})


def ssm__document(client: Any) -> Tagged:
    content = '{"schemaVersion": "2.2", "description": "d", "mainSteps": []}'
    client.create_document(Name=NAME, Content=content, DocumentType="Command", Tags=LIST)
    return Tagged("describe_document", {"Name": NAME})


def ssm__parameter(client: Any) -> Tagged:
    client.put_parameter(Name=NAME, Value="x", Type="String", Tags=LIST)
    return Tagged("get_parameter", {"Name": NAME})


def ssm__parameter_in_a_path(client: Any) -> Tagged:
    client.put_parameter(Name=f"/a/{NAME}", Value="x", Type="String", Tags=LIST)
    return Tagged("get_parameter", {"Name": f"/a/{NAME}"})


def states(client: Any) -> Tagged:
    return Tagged("describe_state_machine", {"stateMachineArn": _machine(client, NAME)["stateMachineArn"]})


def states__activity(client: Any) -> Tagged:
    return Tagged("describe_activity", {"activityArn": client.create_activity(name=NAME, tags=LOWER)["activityArn"]})


def states__alias(client: Any) -> Tagged:
    version = [{"stateMachineVersionArn": _machine(client, "versioned")["stateMachineVersionArn"], "weight": 100}]
    made = client.create_state_machine_alias(name="live", routingConfiguration=version)
    named = {"stateMachineAliasArn": made["stateMachineAliasArn"]}
    return Tagged("describe_state_machine_alias", named, is_part=True)


def _machine(client: Any, name: str) -> Any:
    definition = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
    return client.create_state_machine(name=name, definition=definition, roleArn=ROLE, publish=True, tags=LOWER)


def swf(client: Any) -> Tagged:
    client.register_domain(name=NAME, workflowExecutionRetentionPeriodInDays="7", tags=LOWER)
    return Tagged("describe_domain", {"name": NAME})


def timestream_influxdb(client: Any) -> Tagged:
    made = client.create_db_parameter_group(name=NAME, parameters={"InfluxDBv2": {"fluxLogEnabled": True}}, tags=MAP)
    return Tagged("get_db_parameter_group", {"identifier": made["id"]})


def wafv2__addresses(client: Any) -> Tagged:
    made = client.create_ip_set(**_OF_WEB, IPAddressVersion="IPV4", Addresses=[], Tags=LIST)["Summary"]
    return Tagged("get_ip_set", {"Id": made["Id"]}, _OF_WEB)


def wafv2__list(client: Any) -> Tagged:
    default = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": COUNTED}
    made = client.create_web_acl(**_OF_WEB, **default, Tags=LIST)["Summary"]
    return Tagged("get_web_acl", {"Id": made["Id"]}, _OF_WEB)


def wafv2__patterns(client: Any) -> Tagged:
    made = client.create_regex_pattern_set(**_OF_WEB, RegularExpressionList=[], Tags=LIST)["Summary"]
    return Tagged("get_regex_pattern_set", {"Id": made["Id"]}, _OF_WEB)


def wafv2__rules(client: Any) -> Tagged:
    made = client.create_rule_group(**_OF_WEB, Capacity=1, VisibilityConfig=COUNTED, Tags=LIST)["Summary"]
    return Tagged("get_rule_group", {"Id": made["Id"]}, _OF_WEB)


def workspaces_web__browser(client: Any) -> Tagged:
    made = client.create_browser_settings(browserPolicy='{"chromePolicies": {}}', tags=LIST)
    return Tagged("get_browser_settings", {"browserSettingsArn": made["browserSettingsArn"]})


def workspaces_web__user(client: Any) -> Tagged:
    may = dict.fromkeys(("copy", "paste", "download", "upload", "print"), "Disabled")
    allowed = {f"{what}Allowed": value for what, value in may.items()}
    made = client.create_user_settings(**allowed, tags=LIST)
    return Tagged("get_user_settings", {"userSettingsArn": made["userSettingsArn"]})
