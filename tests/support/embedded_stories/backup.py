"""AWS Backup: vaults, in which nothing is, and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "backup", "backup"


def story(backup: Any) -> Look:
    vault = backup.create_backup_vault(BackupVaultName="safe", BackupVaultTags={"team": "a"})["BackupVaultArn"]
    assert refused(backup.create_backup_vault, BackupVaultName="safe") == "AlreadyExistsException"
    backup.put_backup_vault_lock_configuration(BackupVaultName="safe", MinRetentionDays=7, MaxRetentionDays=30)
    refusal = refused(
        backup.put_backup_vault_lock_configuration, BackupVaultName="safe", MinRetentionDays=7, MaxRetentionDays=5
    )
    assert refusal == "InvalidParameterValueException"
    backup.create_backup_vault(BackupVaultName="gone")
    backup.put_backup_vault_lock_configuration(BackupVaultName="gone", MinRetentionDays=7)
    backup.delete_backup_vault_lock_configuration(BackupVaultName="gone")
    assert backup.describe_backup_vault(BackupVaultName="gone")["Locked"] is False
    backup.tag_resource(ResourceArn=vault.replace("safe", "gone"), Tags={"a": "1"})
    backup.delete_backup_vault(BackupVaultName="gone")
    backup.create_backup_vault(BackupVaultName="gone")
    assert backup.list_tags(ResourceArn=vault.replace("safe", "gone"))["Tags"] == {}
    backup.delete_backup_vault(BackupVaultName="gone")
    assert refused(backup.describe_backup_vault, BackupVaultName="gone") == "ResourceNotFoundException"
    assert refused(backup.list_report_plans) == "ServiceUnavailableException"
    backup.tag_resource(ResourceArn=vault, Tags={"a": "1"})
    backup.untag_resource(ResourceArn=vault, TagKeyList=["team"])
    plan = _planned(backup)

    def look(backup: Any) -> Any:
        found = backup.describe_backup_vault(BackupVaultName="safe")
        assert (found["BackupVaultArn"], found["Locked"], found["MinRetentionDays"]) == (vault, True, 7)
        names = [one["BackupVaultName"] for one in backup.list_backup_vaults()["BackupVaultList"]]
        assert "safe" in names
        assert "gone" not in names
        tags = backup.list_tags(ResourceArn=vault)["Tags"]
        assert tags == {"a": "1"}
        kept = backup.get_backup_plan(BackupPlanId=plan)
        (rule,) = kept["BackupPlan"]["Rules"]
        assert (kept["BackupPlan"]["BackupPlanName"], rule["RuleName"]) == ("daily", "each")
        assert rule["Lifecycle"] == {"DeleteAfterDays": 35}
        plans = [one["BackupPlanId"] for one in backup.list_backup_plans()["BackupPlansList"]]
        assert plan in plans
        return found, names, tags, kept, plans

    return look


def _planned(backup: Any) -> Any:
    rule = {"RuleName": "each", "TargetBackupVaultName": "safe", "Lifecycle": {"DeleteAfterDays": 35}}
    daily = {"BackupPlanName": "daily", "Rules": [rule]}
    plan = backup.create_backup_plan(BackupPlan=daily, BackupPlanTags={"b": "2"})
    assert backup.list_tags(ResourceArn=plan["BackupPlanArn"])["Tags"] == {"b": "2"}
    assert refused(backup.create_backup_plan, BackupPlan=daily) == "AlreadyExistsException"
    gone = backup.create_backup_plan(BackupPlan={"BackupPlanName": "gone", "Rules": [rule]})["BackupPlanId"]
    backup.delete_backup_plan(BackupPlanId=gone)
    assert gone not in [one["BackupPlanId"] for one in backup.list_backup_plans()["BackupPlansList"]]
    everything = backup.list_backup_plans(IncludeDeleted=True)["BackupPlansList"]
    assert gone in [one["BackupPlanId"] for one in everything]
    return plan["BackupPlanId"]
