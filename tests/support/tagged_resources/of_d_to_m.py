"""Tagged resources: DataBrew to MQ."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from support.tagged_resource import LIST, LOWER, MAP, NAME, ROLE, Tagged, arn


def databrew__dataset(client: Any) -> Tagged:
    source = {"S3InputDefinition": {"Bucket": "sales", "Key": "a.csv"}}
    client.create_dataset(Name=NAME, Format="CSV", Input=source, Tags=MAP)
    return Tagged("describe_dataset", {"Name": NAME})


def databrew__recipe(client: Any) -> Tagged:
    steps = [{"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "name"}}}]
    client.create_recipe(Name=NAME, Steps=steps, Tags=MAP)
    return Tagged("describe_recipe", {"Name": NAME}, {"RecipeVersion": "LATEST_WORKING"})


def databrew__ruleset(client: Any) -> Tagged:
    rules = [{"Name": "some", "CheckExpression": ":c > :v", "SubstitutionMap": {":c": "`id`", ":v": "0"}}]
    client.create_ruleset(Name=NAME, TargetArn=arn("databrew", f"dataset/{NAME}"), Rules=rules, Tags=MAP)
    return Tagged("describe_ruleset", {"Name": NAME})


def dms(client: Any) -> Tagged:
    made = client.create_endpoint(
        EndpointIdentifier=NAME,
        EndpointType="source",
        EngineName="postgres",
        ServerName="db.example.com",
        Port=5432,
        PostgreSQLSettings={"DatabaseName": "orders", "Password": "hidden"},
        Tags=LIST,
    )
    return Tagged("delete_endpoint", {"EndpointArn": made["Endpoint"]["EndpointArn"]})


def ecr_api(client: Any) -> Tagged:
    client.create_repository(repositoryName=NAME, tags=LIST)
    return Tagged("describe_images", {"repositoryName": NAME})


def ecs__cluster(client: Any) -> Tagged:
    client.create_cluster(clusterName=NAME, tags=LOWER)
    return Tagged("describe_clusters", {"clusters": [NAME]})


def ecs__newest_task(client: Any) -> Tagged:
    client.register_task_definition(family="newest", containerDefinitions=[], tags=LOWER)
    return Tagged("describe_task_definition", {"taskDefinition": "newest"})


def ecs__task(client: Any) -> Tagged:
    client.register_task_definition(family=NAME, containerDefinitions=[], tags=LOWER)
    return Tagged("deregister_task_definition", {"taskDefinition": f"{NAME}:1"})


def elasticache(client: Any) -> Tagged:
    client.create_user(
        UserId=NAME, UserName=NAME, Engine="valkey", AccessString="on ~*", NoPasswordRequired=True, Tags=LIST
    )
    return Tagged("describe_users", {"UserId": NAME})


def elasticfilesystem(client: Any) -> Tagged:
    made = client.create_file_system(CreationToken=NAME, Tags=LIST)
    return Tagged("describe_file_systems", {"FileSystemId": made["FileSystemId"]})


def elasticfilesystem__point(client: Any) -> Tagged:
    files = client.create_file_system(CreationToken="of points")["FileSystemId"]
    made = client.create_access_point(FileSystemId=files, ClientToken=NAME, Tags=LIST)
    return Tagged("delete_access_point", {"AccessPointId": made["AccessPointId"]})


def events__bus(client: Any) -> Tagged:
    client.create_event_bus(Name=NAME, Tags=LIST)
    return Tagged("describe_event_bus", {"Name": NAME})


def events__rule(client: Any) -> Tagged:
    client.put_rule(Name="tagged-rule", EventPattern='{"source": ["x"]}', Tags=LIST)
    return Tagged("describe_rule", {"Name": "tagged-rule"})


def fis(client: Any) -> Tagged:
    made = client.create_experiment_template(
        clientToken="once",
        description="d",
        stopConditions=[{"source": "none"}],
        actions={"wait": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT1M"}}},
        roleArn=ROLE,
        tags=MAP,
    )
    return Tagged("get_experiment_template", {"id": made["experimentTemplate"]["id"]})


def glue__connection(client: Any) -> Tagged:
    settings = {"HOST": "h"}
    client.create_connection(
        ConnectionInput={"Name": NAME, "ConnectionType": "NETWORK", "ConnectionProperties": settings}, Tags=MAP
    )
    return Tagged("get_connection", {"Name": NAME})


def glue__database(client: Any) -> Tagged:
    client.create_database(DatabaseInput={"Name": NAME}, Tags=MAP)
    return Tagged("get_database", {"Name": NAME})


def glue__registry(client: Any) -> Tagged:
    client.create_registry(RegistryName=NAME, Tags=MAP)
    return Tagged("get_registry", {"RegistryId": {"RegistryName": NAME}})


def glue__schema(client: Any) -> Tagged:
    client.create_registry(RegistryName="of-schemas")
    schema = {"RegistryName": "of-schemas", "SchemaName": NAME}
    form = {"DataFormat": "AVRO", "Compatibility": "NONE", "SchemaDefinition": '{"type": "string"}'}
    client.create_schema(RegistryId={"RegistryName": "of-schemas"}, SchemaName=NAME, **form, Tags=MAP)
    return Tagged("get_schema", {"SchemaId": schema})


def kinesis_streams(client: Any) -> Tagged:
    client.create_stream(StreamName=NAME, ShardCount=1, Tags=MAP)
    return Tagged("describe_stream_summary", {"StreamName": NAME})


def kms(client: Any) -> Tagged:
    made = client.create_key(Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]
    return Tagged("describe_key", {"KeyId": made["KeyId"]})


def lambda__function(client: Any) -> Tagged:
    return Tagged("get_function_configuration", {"FunctionName": _function(client, NAME)})


def lambda__version(client: Any) -> Tagged:
    named = {
        "FunctionName": _function(client, "versioned"),
        "Qualifier": client.publish_version(FunctionName="versioned")["Version"],
    }
    return Tagged("get_function_configuration", named)


def _function(client: Any, name: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("f.py", "def handle(event, context): return 1")
    given = {"Runtime": "python3.12", "Handler": "f.handle", "Code": {"ZipFile": packed.getvalue()}}
    client.create_function(FunctionName=name, Role=ROLE, **given, Tags=MAP)
    return name


def logs(client: Any) -> Tagged:
    client.create_log_group(logGroupName=NAME, tags=MAP)
    return Tagged("describe_log_streams", {"logGroupName": NAME})


def memory_db(client: Any) -> Tagged:
    password = {"Type": "password", "Passwords": ["sixteen-characters-long"]}
    client.create_user(UserName=NAME, AuthenticationMode=password, AccessString="on ~*", Tags=LIST)
    return Tagged("describe_users", {"UserName": NAME})


def models_v2_lex(client: Any) -> Tagged:
    privacy = {"childDirected": False}
    made = client.create_bot(botName=NAME, roleArn=ROLE, dataPrivacy=privacy, idleSessionTTLInSeconds=300, botTags=MAP)
    return Tagged("describe_bot", {"botId": made["botId"]})


def monitoring(client: Any) -> Tagged:
    client.put_metric_alarm(
        AlarmName=NAME,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1,
        Tags=LIST,
    )
    return Tagged("describe_alarms", {"AlarmNames": [NAME]})


def mq(client: Any) -> Tagged:
    made = client.create_configuration(Name=NAME, EngineType="ACTIVEMQ", EngineVersion="5.18", Tags=MAP)
    return Tagged("describe_configuration", {"ConfigurationId": made["Id"]})
