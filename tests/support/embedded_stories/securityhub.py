"""Security Hub: findings that are imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import edge_rows as rows
from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "securityhub"
HUB = f"arn:aws:securityhub:{rows.REGION}:{rows.ACCOUNT}:hub/default"


def story(hub: Any) -> Look:
    assert refused(hub.batch_import_findings, Findings=[_finding("first", "open")]) == "InvalidAccessException"
    assert refused(hub.enable_security_hub) == "ServiceUnavailableException"
    hub.enable_security_hub(EnableDefaultStandards=False)
    hub.disable_security_hub()
    assert refused(hub.describe_hub) == "InvalidAccessException"
    hub.enable_security_hub(EnableDefaultStandards=False, Tags={"team": "shop"})
    assert refused(hub.enable_security_hub, EnableDefaultStandards=False) == "ResourceConflictException"
    assert hub.describe_hub()["HubArn"] == HUB
    for findings in ([_finding("first", "open"), _finding("second", "open")], [_finding("first", "closed")]):
        imported = hub.batch_import_findings(Findings=findings)
        assert (imported["SuccessCount"], imported["FailedCount"]) == (len(findings), 0)
    found = hub.get_findings()["Findings"]
    assert [(one["Id"], one["Title"]) for one in found] == [("first", "closed"), ("second", "open")]
    filters = {"Id": [{"Value": "first", "Comparison": "EQUALS"}]}
    assert refused(hub.get_findings, Filters=filters) == "ServiceUnavailableException"

    def look(hub: Any) -> Any:
        return hub.describe_hub(), hub.get_findings()

    return look


def _finding(finding_id: str, title: str) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": finding_id,
        "ProductArn": f"arn:aws:securityhub:{rows.REGION}:{rows.ACCOUNT}:product/{rows.ACCOUNT}/default",
        "GeneratorId": "shop",
        "AwsAccountId": rows.ACCOUNT,
        "Types": ["Software and Configuration Checks"],
        "CreatedAt": "2026-01-01T00:00:00Z",
        "UpdatedAt": "2026-01-01T00:00:00Z",
        "Severity": {"Label": "LOW"},
        "Title": title,
        "Description": "a door is open",
        "Resources": [{"Type": "Other", "Id": "door"}],
    }
