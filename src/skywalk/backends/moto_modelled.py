"""Several of moto's services in one process, so that they reach each other: SNS delivers to SQS, CloudFormation makes
queues, topics and keys.

Which service and operation a request is for is told by whoever has understood it (`OPERATION_HEADER`); what the
request itself says of it is moto's own affair.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Mapping

from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.moto_any import MotoAny
from skywalk.backends.moto_deliveries import delivering
from skywalk.backends.request_body import Readable
from skywalk.http1.request import RequestHead
from skywalk.values.embedded_services import embedded_services

OPERATION_HEADER = "x-skywalk-operation"
_READING = ("Describe", "List", "Get", "BatchGet", "Filter", "Validate")
_COMPUTING = frozenset(
    {
        "Decrypt",
        "DiscoverInstances",
        "DiscoverInstancesRevision",
        "Encrypt",
        "ExportCertificate",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "IsMemberInGroups",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
_CHANGES: Mapping[str, tuple[str, str]] = {
    "acm": ("moto_changes_certificates", "change_certificates"),
    "acm-pca": ("moto_changes_certificates", "change_authorities"),
    "apigatewayv2": ("moto_changes_apis", "change_apis"),
    "appconfig": ("moto_changes_management", "change_hosted_configurations"),
    "athena": ("moto_changes_athena", "change_work_groups"),
    "backup": ("moto_changes_management", "change_vaults"),
    "bedrock-agent": ("moto_changes_agents", "change_agents"),
    "ce": ("moto_changes_data", "change_cost_categories"),
    "cleanrooms": ("moto_changes_records", "change_collaborations"),
    "cloudfront": ("moto_changes_apis", "change_contents_of_distributions"),
    "cloudtrail": ("moto_changes_trails", "change_trails"),
    "codebuild": ("moto_changes_management", "change_projects"),
    "codepipeline": ("moto_changes_management", "change_pipelines"),
    "datasync": ("moto_changes_management", "change_transfers"),
    "dms": ("moto_changes_compute", "change_endpoints_of_migrations"),
    "ebs": ("moto_changes_compute", "change_snapshots"),
    "ecs": ("moto_changes_compute", "change_clusters"),
    "efs": ("moto_changes_compute", "change_file_systems"),
    "elasticache": ("moto_changes_compute", "change_users_of_caches"),
    "events": ("moto_changes_events", "change_events"),
    "glue": ("moto_changes_glue", "change_catalog"),
    "greengrass": ("moto_changes_devices", "change_definitions"),
    "identitystore": ("moto_changes_records", "change_identities"),
    "iot-data": ("moto_changes_devices", "change_shadows"),
    "kinesis": ("moto_changes_kinesis", "change_streams"),
    "lakeformation": ("moto_changes_lake", "change_lf_tags"),
    "lexv2-models": ("moto_changes_agents", "change_bots"),
    "memorydb": ("moto_changes_warehouses", "change_users"),
    "mq": ("moto_changes_management", "change_configurations"),
    "networkmanager": ("moto_changes_records", "change_networks"),
    "personalize": ("moto_changes_data", "change_schemas"),
    "pipes": ("moto_changes_trails", "change_pipes"),
    "polly": ("moto_changes_data", "change_lexicons"),
    "rds": ("moto_changes_compute", "change_parameter_groups"),
    "redshift": ("moto_changes_warehouses", "change_cluster_parameter_groups"),
    "resource-groups": ("moto_changes_management", "change_groups_of_resources"),
    "s3tables": ("moto_changes_data", "change_table_buckets"),
    "sagemaker": ("moto_changes_sagemaker", "change_models_and_experiments"),
    "scheduler": ("moto_changes_management", "change_schedules"),
    "securityhub": ("moto_changes_records", "change_hubs"),
    "servicecatalog": ("moto_changes_records", "change_portfolios"),
    "servicecatalog-appregistry": ("moto_changes_records", "change_applications"),
    "servicediscovery": ("moto_changes_cloud_map", "change_cloud_map"),
    "stepfunctions": ("moto_changes_management", "change_state_machines"),
    "swf": ("moto_changes_management", "change_types_of_work"),
    "timestream-influxdb": ("moto_changes_data", "change_parameter_groups"),
    "wafv2": ("moto_changes_records", "change_web_acls"),
    "workspaces-web": ("moto_changes_records", "change_browser_settings"),
}
"""What is changed in moto before a service is first asked, by moto's name for it: module and function here."""


class MotoModelled:
    """One answerer for each service, made when it is first asked for."""

    def __init__(self) -> None:
        self._answering: dict[str, MotoAny] = {}

    def answer(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: Readable, length_bytes: int
    ) -> MotoAnswer:
        """Never raises."""
        given = list(headers)
        service = dict(given).get(OPERATION_HEADER, "").partition(".")[0]
        if service not in embedded_services().values():
            return _refusal(500, f"there is no service {service!r}")
        answering = self._answering.get(service)
        if answering is None:
            _change(service)
            answering = self._answering[service] = MotoAny(service)
        with delivering(given):
            return answering.answer(method, target, given, body, length_bytes)

    def may_change(self, head: RequestHead) -> bool:
        operation = (head.get(OPERATION_HEADER) or "").partition(".")[2]
        return not operation.startswith(_READING) and operation not in _COMPUTING

    def unavailable(self, reason: str) -> MotoAnswer:
        """Nothing was done. The edge puts the reason in the words of the service."""
        return _refusal(503, reason)


def _change(service: str) -> None:
    if service in _CHANGES:
        module, function = _CHANGES[service]
        getattr(importlib.import_module(f"skywalk.backends.{module}"), function)()


def _refusal(status: int, message: str) -> MotoAnswer:
    body = json.dumps({"message": message}).encode()
    return MotoAnswer(status, (("content-type", "application/json"),), body, len(body))
