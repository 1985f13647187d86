"""WorkSpaces Secure Browser: settings of browsers and of users, for portals that are nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "workspaces-web"
RIGHTS = {
    f"{what}Allowed": state
    for what, state in {
        "copy": "Enabled",
        "paste": "Disabled",
        "download": "Enabled",
        "upload": "Disabled",
        "print": "Enabled",
    }.items()
}


def story(web: Any) -> Look:
    policy, team = '{"chromePolicies": {}}', [{"Key": "team", "Value": "shop"}]
    browser, brief = (
        web.create_browser_settings(browserPolicy=policy, tags=team)["browserSettingsArn"] for _ in range(2)
    )
    assert web.get_browser_settings(browserSettingsArn=browser)["browserSettings"]["browserPolicy"] == policy
    assert {browser, brief} <= {one["browserSettingsArn"] for one in web.list_browser_settings()["browserSettings"]}
    web.delete_browser_settings(browserSettingsArn=brief)
    assert refused(web.get_browser_settings, browserSettingsArn=brief) == "ResourceNotFoundException"
    user, short = (web.create_user_settings(**RIGHTS)["userSettingsArn"] for _ in range(2))
    found = web.get_user_settings(userSettingsArn=user)["userSettings"]
    assert {name: found[name] for name in RIGHTS} == RIGHTS
    assert {user, short} <= {one["userSettingsArn"] for one in web.list_user_settings()["userSettings"]}
    web.delete_user_settings(userSettingsArn=short)
    assert refused(web.get_user_settings, userSettingsArn=short) == "ResourceNotFoundException"
    web.tag_resource(resourceArn=browser, tags=[{"Key": "stage", "Value": "test"}])
    web.untag_resource(resourceArn=browser, tagKeys=["team"])
    assert web.list_tags_for_resource(resourceArn=browser)["tags"] == [{"Key": "stage", "Value": "test"}]
    assert refused(web.list_tags_for_resource, resourceArn=brief) == "ResourceNotFoundException"
    assert refused(web.create_portal) == "ServiceUnavailableException"

    def look(web: Any) -> Any:
        return (
            web.get_browser_settings(browserSettingsArn=browser),
            web.get_user_settings(userSettingsArn=user),
            web.list_tags_for_resource(resourceArn=browser),
        )

    return look
