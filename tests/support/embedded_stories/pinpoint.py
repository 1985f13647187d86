"""Pinpoint: applications and their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "pinpoint", "pinpoint"


def story(pinpoint: Any) -> Look:
    made = pinpoint.create_app(CreateApplicationRequest={"Name": "shop", "tags": {"team": "a"}})
    app, arn = made["ApplicationResponse"]["Id"], made["ApplicationResponse"]["Arn"]
    settings = {"Limits": {"Daily": 10}, "QuietTime": {"Start": "22:00", "End": "06:00"}}
    pinpoint.update_application_settings(ApplicationId=app, WriteApplicationSettingsRequest=settings)
    refusal = refused(
        pinpoint.update_application_settings,
        ApplicationId=app,
        WriteApplicationSettingsRequest={"EventTaggingEnabled": True},
    )
    assert refusal == "ServiceUnavailableException"
    pinpoint.tag_resource(ResourceArn=arn, TagsModel={"tags": {"a": "1"}})
    pinpoint.untag_resource(ResourceArn=arn, TagKeys=["team"])
    gone = pinpoint.create_app(CreateApplicationRequest={"Name": "gone"})["ApplicationResponse"]["Id"]
    pinpoint.delete_app(ApplicationId=gone)
    assert refused(pinpoint.get_app, ApplicationId=gone) == "NotFoundException"
    assert refused(pinpoint.get_event_stream, ApplicationId=app) == "ServiceUnavailableException"

    def look(pinpoint: Any) -> Any:
        found = pinpoint.get_app(ApplicationId=app)["ApplicationResponse"]
        assert (found["Name"], found["Arn"]) == ("shop", arn)
        kept = pinpoint.get_application_settings(ApplicationId=app)["ApplicationSettingsResource"]
        assert (kept["Limits"], kept["QuietTime"]) == (settings["Limits"], settings["QuietTime"])
        tags = pinpoint.list_tags_for_resource(ResourceArn=arn)["TagsModel"]["tags"]
        assert tags == {"a": "1"}
        apps = [one["Id"] for one in pinpoint.get_apps()["ApplicationsResponse"]["Item"]]
        assert app in apps
        assert gone not in apps
        return found, kept, tags, apps

    return look
