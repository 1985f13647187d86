"""AppConfig: applications, profiles and the contents of configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "appconfig", "appconfig"


def story(appconfig: Any) -> Look:
    app = appconfig.create_application(Name="shop", Description="d", Tags={"team": "a"})["Id"]
    appconfig.update_application(ApplicationId=app, Description="the shop")
    profile = appconfig.create_configuration_profile(
        ApplicationId=app, Name="flags", LocationUri="hosted", Type="AWS.Freeform", Tags={"a": "1"}
    )["Id"]
    appconfig.update_configuration_profile(ApplicationId=app, ConfigurationProfileId=profile, Description="switches")
    here = {"ApplicationId": app, "ConfigurationProfileId": profile}
    new = {"Content": b'{"dark": true}', "ContentType": "application/json", "Description": "first"}
    assert _version(appconfig, **here, **new) == 1
    assert _version(appconfig, **here, Content=b"plain", ContentType="text/plain") == 2
    assert _version(appconfig, **here, Content=b"c", ContentType="text/plain") == 3
    appconfig.delete_hosted_configuration_version(**here, VersionNumber=3)
    assert refused(appconfig.get_hosted_configuration_version, **here, VersionNumber=3) == "ResourceNotFoundException"
    _deletes(appconfig, app)
    arn = f"arn:aws:appconfig:us-east-1:123456789012:application/{app}"
    appconfig.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    appconfig.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert appconfig.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
    of_profile = appconfig.list_tags_for_resource(ResourceArn=f"{arn}/configurationprofile/{profile}")
    assert of_profile["Tags"] == {"a": "1"}

    def look(appconfig: Any) -> Any:
        found = appconfig.get_application(ApplicationId=app)
        assert (found["Name"], found["Description"]) == ("shop", "the shop")
        first = appconfig.get_hosted_configuration_version(**here, VersionNumber=1)
        second = appconfig.get_hosted_configuration_version(**here, VersionNumber=2)
        assert (first["Description"], first["ContentType"]) == ("first", "application/json")
        assert "Description" not in second
        contents = [first.pop("Content").read(), second.pop("Content").read()]
        assert contents == [b'{"dark": true}', b"plain"]
        kept = appconfig.get_configuration_profile(**here)
        assert (kept["Name"], kept["Description"]) == ("flags", "switches")
        return found, kept, contents, appconfig.list_configuration_profiles(ApplicationId=app)["Items"]

    return look


def _deletes(appconfig: Any, app: str) -> None:
    profile = appconfig.create_configuration_profile(ApplicationId=app, Name="gone", LocationUri="hosted")["Id"]
    here = {"ApplicationId": app, "ConfigurationProfileId": profile}
    appconfig.delete_configuration_profile(**here)
    assert refused(appconfig.get_configuration_profile, **here) == "ResourceNotFoundException"
    gone = appconfig.create_application(Name="gone")["Id"]
    appconfig.delete_application(ApplicationId=gone)
    assert refused(appconfig.get_application, ApplicationId=gone) == "ResourceNotFoundException"


def _version(appconfig: Any, **parameters: Any) -> Any:
    made = appconfig.create_hosted_configuration_version(**parameters)
    assert made["Content"].read() == parameters["Content"]
    return made["VersionNumber"]
