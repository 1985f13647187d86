"""CloudFront: functions, keys and access controls beside distributions, of which there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "cloudfront", "cloudfront"


_CODE = b"function handler(event) { return event.request; }"
_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"


def story(cloudfront: Any) -> Look:
    _function(cloudfront)
    control = _control(cloudfront)
    key = _key(cloudfront, "signing")["Id"]
    group = cloudfront.create_key_group(KeyGroupConfig={"Name": "signers", "Items": [key]})["KeyGroup"]["Id"]
    assert refused(cloudfront.get_key_group, Id="none") == "NoSuchResource"
    assert refused(cloudfront.list_distributions) == "ServiceUnavailable"

    def look(cloudfront: Any) -> Any:
        code = cloudfront.get_function(Name="pass")
        assert code["FunctionCode"].read() == _CODE
        function = cloudfront.describe_function(Name="pass")
        assert function["FunctionSummary"]["FunctionConfig"] == {"Comment": "as it is", "Runtime": "cloudfront-js-2.0"}
        assert function["ETag"] == code["ETag"]
        names = [one["Name"] for one in cloudfront.list_functions()["FunctionList"]["Items"]]
        assert "pass" in names
        arn = function["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
        tags = cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"]
        assert tags == [{"Key": "a", "Value": "1"}]
        kept = cloudfront.get_origin_access_control(Id=control)
        assert kept["OriginAccessControl"]["OriginAccessControlConfig"]["Description"] == "signs"
        controls = cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"]
        assert control in [one["Id"] for one in controls]
        signing = cloudfront.get_public_key(Id=key)["PublicKey"]
        assert signing["PublicKeyConfig"]["EncodedKey"] == _KEY
        keys = [one["Id"] for one in cloudfront.list_public_keys()["PublicKeyList"]["Items"]]
        assert key in keys
        signers = cloudfront.get_key_group(Id=group)["KeyGroup"]
        assert signers["KeyGroupConfig"]["Items"] == [key]
        groups = [one["KeyGroup"]["Id"] for one in cloudfront.list_key_groups()["KeyGroupList"]["Items"]]
        assert group in groups
        return function, names, tags, kept, controls, signing, keys, signers, groups

    return look


def _function(cloudfront: Any) -> None:
    new = {"FunctionConfig": {"Comment": "as it is", "Runtime": "cloudfront-js-2.0"}, "FunctionCode": _CODE}
    made = cloudfront.create_function(Name="pass", **new)
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    assert refused(cloudfront.create_function, Name="pass", **new) == "FunctionAlreadyExists"
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]})
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["b"]})
    old = cloudfront.create_function(Name="gone", **new, Tags={"Items": [{"Key": "a", "Value": "1"}]})
    cloudfront.delete_function(Name="gone", IfMatch=old["ETag"])
    gone = cloudfront.create_function(Name="gone", **new)
    gone_arn = gone["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    assert cloudfront.list_tags_for_resource(Resource=gone_arn)["Tags"].get("Items", []) == []
    assert refused(cloudfront.delete_function, Name="gone", IfMatch="other") == "InvalidIfMatchVersion"
    cloudfront.delete_function(Name="gone", IfMatch=gone["ETag"])
    assert refused(cloudfront.get_function, Name="gone") == "NoSuchFunctionExists"


def _control(cloudfront: Any) -> str:
    config = {
        "Name": "bucket",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    create = cloudfront.create_origin_access_control
    made = create(OriginAccessControlConfig=config)
    control = made["OriginAccessControl"]["Id"]
    updated = {"Id": control, "OriginAccessControlConfig": {**config, "Description": "signs"}}
    answer = cloudfront.update_origin_access_control(**updated, IfMatch=made["ETag"])
    assert answer["ETag"] != made["ETag"]
    assert refused(cloudfront.update_origin_access_control, **updated, IfMatch=made["ETag"]) == "InvalidIfMatchVersion"
    gone = create(OriginAccessControlConfig={**config, "Name": "gone"})
    there = {"Id": gone["OriginAccessControl"]["Id"]}
    cloudfront.delete_origin_access_control(**there, IfMatch=gone["ETag"])
    assert refused(cloudfront.get_origin_access_control, **there) == "NoSuchOriginAccessControl"
    return str(control)


def _key(cloudfront: Any, name: str) -> Any:
    made, gone = (
        cloudfront.create_public_key(PublicKeyConfig={"CallerReference": one, "Name": one, "EncodedKey": _KEY})
        for one in (name, "gone")
    )
    cloudfront.delete_public_key(Id=gone["PublicKey"]["Id"], IfMatch=gone["ETag"])
    assert refused(cloudfront.get_public_key, Id=gone["PublicKey"]["Id"]) == "NoSuchPublicKey"
    return made["PublicKey"]
