"""Tagged resources: ACM to Config."""

from __future__ import annotations

from typing import Any

from support import edge_rows as rows
from support.embedded_stories.acm import certificate_and_key
from support.embedded_stories.acm_pca import SETTINGS as OF_AUTHORITIES
from support.embedded_stories.bedrock_agent import base_named
from support.embedded_stories.ce import RULES, VERSION
from support.embedded_stories.codepipeline import pipeline_of
from support.tagged_resource import LIST, LOWER, MAP, NAME, ROLE, TEMPLATE, Tagged

_OF_COLLABORATIONS = {
    "members": [],
    "description": "d",
    "creatorMemberAbilities": ["CAN_QUERY"],
    "creatorDisplayName": "us",
    "queryLogStatus": "DISABLED",
}


def acm(client: Any) -> Tagged:
    certificate, key = certificate_and_key("tagged.example.com")
    made = client.import_certificate(Certificate=certificate, PrivateKey=key, Tags=LIST)
    return Tagged("describe_certificate", {"CertificateArn": made["CertificateArn"]})


def acm_pca(client: Any) -> Tagged:
    made = client.create_certificate_authority(
        CertificateAuthorityConfiguration=OF_AUTHORITIES, CertificateAuthorityType="ROOT", Tags=LIST
    )
    named = {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}
    return Tagged("describe_certificate_authority", named)


def apigateway(client: Any) -> Tagged:
    made = client.create_api(Name=NAME, ProtocolType="HTTP", Tags=MAP)
    return Tagged("get_api", {"ApiId": made["ApiId"]})


def apigateway__part(client: Any) -> Tagged:
    return Tagged("get_routes", apigateway(client).named)


def appconfig(client: Any) -> Tagged:
    return Tagged("get_application", {"ApplicationId": client.create_application(Name=NAME, Tags=MAP)["Id"]})


def appconfig__profile(client: Any) -> Tagged:
    application = {"ApplicationId": client.create_application(Name="profiled")["Id"]}
    made = client.create_configuration_profile(
        **application, Name=NAME, LocationUri="hosted", Type="AWS.Freeform", Tags=MAP
    )
    return Tagged("get_configuration_profile", {"ConfigurationProfileId": made["Id"]}, application)


def athena(client: Any) -> Tagged:
    client.create_work_group(Name=NAME, Tags=LIST)
    return Tagged("get_work_group", {"WorkGroup": NAME})


def backup(client: Any) -> Tagged:
    client.create_backup_vault(BackupVaultName=NAME, BackupVaultTags=MAP)
    return Tagged("describe_backup_vault", {"BackupVaultName": NAME})


def backup__plan(client: Any) -> Tagged:
    rule = {"RuleName": "r", "TargetBackupVaultName": "v"}
    made = client.create_backup_plan(BackupPlan={"BackupPlanName": NAME, "Rules": [rule]}, BackupPlanTags=MAP)
    return Tagged("get_backup_plan", {"BackupPlanId": made["BackupPlanId"]})


def bedrock_agent(client: Any) -> Tagged:
    made = client.create_agent(agentName=NAME, agentResourceRoleArn=ROLE, tags=MAP)["agent"]
    return Tagged("get_agent", {"agentId": made["agentId"]})


def bedrock_agent__base(client: Any) -> Tagged:
    made = client.create_knowledge_base(**base_named(NAME), tags=MAP)["knowledgeBase"]
    return Tagged("get_knowledge_base", {"knowledgeBaseId": made["knowledgeBaseId"]})


def ce(client: Any) -> Tagged:
    made = client.create_cost_category_definition(Name=NAME, RuleVersion=VERSION, Rules=RULES, ResourceTags=LIST)
    return Tagged("describe_cost_category_definition", {"CostCategoryArn": made["CostCategoryArn"]})


def cleanrooms(client: Any) -> Tagged:
    made = client.create_collaboration(name=NAME, **_OF_COLLABORATIONS, tags=MAP)["collaboration"]
    return Tagged("get_collaboration", {"collaborationIdentifier": made["id"]})


def cleanrooms__membership(client: Any) -> Tagged:
    joined = client.create_collaboration(name="joined", **_OF_COLLABORATIONS)["collaboration"]["id"]
    made = client.create_membership(collaborationIdentifier=joined, queryLogStatus="DISABLED", tags=MAP)
    return Tagged("get_membership", {"membershipIdentifier": made["membership"]["id"]})


def cleanrooms__table(client: Any) -> Tagged:
    reference = {"glue": {"tableName": "t", "databaseName": "d"}}
    made = client.create_configured_table(
        name=NAME, tableReference=reference, allowedColumns=["id"], analysisMethod="DIRECT_QUERY", tags=MAP
    )
    return Tagged("get_configured_table", {"configuredTableIdentifier": made["configuredTable"]["id"]})


def cloudformation(client: Any) -> Tagged:
    client.create_stack(StackName=NAME, TemplateBody=TEMPLATE, Tags=LIST)
    return Tagged("describe_stack_resources", {"StackName": NAME})


def cloudformation__change_set(client: Any) -> Tagged:
    new = {"StackName": "by-change", "ChangeSetName": "new"}
    client.create_change_set(**new, ChangeSetType="CREATE", TemplateBody=TEMPLATE, Tags=LIST)
    client.execute_change_set(**new)
    return Tagged("describe_stack_resources", {"StackName": "by-change"})


def cloudformation__id(client: Any) -> Tagged:
    made = client.create_stack(StackName="by-id", TemplateBody=TEMPLATE)
    client.update_stack(StackName="by-id", TemplateBody=TEMPLATE.replace("Queue", "Other", 1), Tags=LIST)
    return Tagged("describe_stack_resources", {"StackName": made["StackId"]})


def cloudfront(client: Any) -> Tagged:
    settings = {"Comment": "c", "Runtime": "cloudfront-js-2.0"}
    client.create_function(Name=NAME, FunctionConfig=settings, FunctionCode=b"x", Tags={"Items": LIST})
    return Tagged("describe_function", {"Name": NAME})


def cloudtrail(client: Any) -> Tagged:
    client.create_trail(Name=NAME, S3BucketName="logs", TagsList=LIST)
    return Tagged("get_trail_status", {"Name": NAME})


def codebuild(client: Any) -> Tagged:
    client.create_project(
        name=NAME,
        source={"type": "NO_SOURCE", "location": "none", "buildspec": "version: 0.2"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=ROLE,
        tags=LOWER,
    )
    return Tagged("batch_get_projects", {"names": [NAME]})


def codedeploy(client: Any) -> Tagged:
    client.create_application(applicationName=NAME, computePlatform="Server", tags=LIST)
    return Tagged("get_application", {"applicationName": NAME})


def codedeploy__group(client: Any) -> Tagged:
    group = {"applicationName": "grouped", "deploymentGroupName": NAME}
    client.create_application(applicationName="grouped", computePlatform="Server")
    client.create_deployment_group(**group, serviceRoleArn=ROLE, tags=LIST)
    named = {"deploymentGroupName": NAME}
    return Tagged("get_deployment_group", named, {"applicationName": "grouped"})


def codepipeline(client: Any) -> Tagged:
    client.create_pipeline(pipeline=pipeline_of(NAME), tags=LOWER)
    return Tagged("get_pipeline", {"name": NAME})


def config(client: Any) -> Tagged:
    named = {"AuthorizedAccountId": "210987654321", "AuthorizedAwsRegion": rows.REGION}
    client.put_aggregation_authorization(**named, Tags=LIST)
    return Tagged("delete_aggregation_authorization", {}, named)
