"""What is changed in moto's services that mostly keep records, and why. Written against moto 5.2.5.

Each service is imported when it is changed: they share nothing.
Unconfirmed: the words of refusals.
Source: API References: WAFv2 (UpdateWebACL, CreateIPSet), Identity Store (DeleteGroup, DeleteUser,
CreateGroupMembership), Security Hub (EnableSecurityHub, BatchImportFindings), Service Catalog (DescribePortfolio),
AppRegistry (CreateApplication), WorkSpaces Web (GetBrowserSettings); Service Authorization Reference, "AWS Network
Manager", for the ARNs.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.moto_api._internal import mock_random
from moto.utilities.utils import get_partition


class _NotFound(JsonRESTError):
    code = 404

    def __init__(self, arn: str) -> None:
        super().__init__("ResourceNotFoundException", f"{arn} not found.")


def _tag_what_is_there(
    kind: type[Any], is_there: Callable[[Any, str], bool], refusal: Callable[[str], Exception]
) -> None:
    """moto puts tags on whatever has an ARN."""

    def checked(method: Any) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            arn = args[0] if args else next(iter(named.values()))
            if not is_there(self, arn):
                raise refusal(arn)
            return method(self, *args, **named)

        return call

    for name in ("tag_resource", "untag_resource", "list_tags_for_resource"):
        setattr(kind, name, checked(getattr(kind, name)))


def change_web_acls() -> None:
    """moto keeps the rules and texts that an update leaves out, tells a capacity that it has not counted, and takes the
    name of an IP set again."""
    from moto.wafv2.exceptions import (
        WAFNonexistentItemException,
        WAFV2DuplicateItemException,
        WAFV2InsufficientInformationException,
    )
    from moto.wafv2.models import FakeRuleGroup, FakeWebACL, WAFV2Backend

    describe, update, update_group = FakeWebACL.to_dict, FakeWebACL.update, FakeRuleGroup.update
    create_ip_set = WAFV2Backend.create_ip_set

    def to_dict(self: Any) -> dict[str, Any]:
        described = describe(self)
        del described["Capacity"]
        return described

    def update_acl(self: Any, action: Any, rules: Any, description: str | None, visibility: Any, *rest: Any) -> None:
        update(self, action, rules or [], description or "", visibility, *rest)
        names = ("custom_response_bodies", "captcha_config", "challenge_config", "token_domains", "association_config")
        for name, value in zip(names, rest, strict=True):
            setattr(self, name, value)

    def update_rule_group(self: Any, description: str | None, rules: Any, visibility: Any, bodies: Any) -> str:
        update_group(self, description or "", rules or [], visibility, bodies)
        self.custom_response_bodies = bodies
        self.available_labels, self.consumed_labels = self._get_available_labels(), self._get_consumed_labels()
        return str(self.lock_token)

    def create(self: Any, name: str, *args: Any) -> Any:
        if any(one.name == name for one in self.ip_sets.values()):
            raise WAFV2DuplicateItemException
        return create_ip_set(self, name, *args)

    def duplicate(self: Any) -> None:
        made(self)
        self.error_type = "WAFDuplicateItemException"
        self.description = self.description.replace("WafV2DuplicateItem", self.error_type)

    def insufficient(self: Any, *args: Any) -> None:
        lacking(self, *args)
        self.description = self.description.replace(self.error_type, "WAFInvalidParameterException")
        self.error_type = "WAFInvalidParameterException"

    def is_there(self: Any, arn: str) -> bool:
        return any(arn in kept for kept in (self.wacls, self.ip_sets, self.rule_groups, self.regex_pattern_sets))

    made, lacking = WAFV2DuplicateItemException.__init__, WAFV2InsufficientInformationException.__init__
    setattr(WAFV2DuplicateItemException, "__init__", duplicate)  # noqa: B010
    setattr(WAFV2InsufficientInformationException, "__init__", insufficient)  # noqa: B010
    _tag_what_is_there(WAFV2Backend, is_there, lambda _: WAFNonexistentItemException())
    setattr(FakeWebACL, "to_dict", to_dict)  # noqa: B010
    setattr(FakeWebACL, "update", update_acl)  # noqa: B010
    setattr(FakeRuleGroup, "update", update_rule_group)  # noqa: B010
    setattr(WAFV2Backend, "create_ip_set", create)  # noqa: B010


def change_identities() -> None:
    """moto leaves the memberships of what is deleted, has them twice, and deletes what is not there."""
    from moto.identitystore.exceptions import ConflictException, ResourceNotFoundException
    from moto.identitystore.models import IdentityStoreBackend

    delete_group, delete_user = IdentityStoreBackend.delete_group, IdentityStoreBackend.delete_user
    delete_membership = IdentityStoreBackend.delete_group_membership
    create = IdentityStoreBackend.create_group_membership

    def forget(backend: Any, store_id: str, is_of: Any) -> None:
        memberships = backend.identity_stores[store_id].group_memberships
        for membership_id in [key for key, one in memberships.items() if is_of(one)]:
            del memberships[membership_id]

    def delete(self: Any, identity_store_id: str, group_id: str) -> None:
        self.describe_group(identity_store_id, group_id)
        forget(self, identity_store_id, lambda one: one["GroupId"] == group_id)
        delete_group(self, identity_store_id, group_id)

    def delete_one(self: Any, identity_store_id: str, user_id: str) -> None:
        self.describe_user(identity_store_id, user_id)
        forget(self, identity_store_id, lambda one: one["MemberId"]["UserId"] == user_id)
        delete_user(self, identity_store_id, user_id)

    def leave(self: Any, identity_store_id: str, membership_id: str) -> None:
        self.describe_group_membership(identity_store_id, membership_id)
        delete_membership(self, identity_store_id, membership_id)

    def join(self: Any, identity_store_id: str, group_id: str, member_id: dict[str, str]) -> tuple[str, str]:
        try:
            self.get_group_membership_id(identity_store_id, group_id, member_id)
        except ResourceNotFoundException:
            return create(self, identity_store_id, group_id, member_id)
        raise ConflictException(message="The member is in the group.", reason="UNIQUENESS_CONSTRAINT_VIOLATION")

    setattr(IdentityStoreBackend, "delete_group", delete)  # noqa: B010
    setattr(IdentityStoreBackend, "delete_user", delete_one)  # noqa: B010
    setattr(IdentityStoreBackend, "delete_group_membership", leave)  # noqa: B010
    setattr(IdentityStoreBackend, "create_group_membership", join)  # noqa: B010


def change_networks() -> None:
    """moto's ARNs lack a field, it has a tag twice that is given again, puts links at sites that are not there, fails
    at a site that is not there, and has another code for it."""
    from moto.networkmanager.exceptions import ResourceNotFound
    from moto.networkmanager.models import Device, GlobalNetwork, Link, NetworkManagerBackend, Site

    def miss(self: Any, resource_id: str) -> None:
        make_refusal(self, resource_id)
        self.error_type = "ResourceNotFoundException"

    def correct(kind: type[Any], noun: str) -> None:
        make = kind.__init__

        def begin(self: Any, *args: Any, **named: Any) -> None:
            make(self, *args, **named)
            own = f"{noun.replace('_', '-')}/" + ("" if kind is GlobalNetwork else f"{self.global_network_id}/")
            arn = f"arn:{named['partition']}:networkmanager::{named['account_id']}:{own}{getattr(self, f'{noun}_id')}"
            setattr(self, f"{noun}_arn", arn)

        setattr(kind, "__init__", begin)  # noqa: B010

    def find(self: Any, arn: str) -> Any:
        kept = [self.global_networks, *self.sites.values(), *self.links.values(), *self.devices.values()]
        name = arn.rpartition("/")[2]
        found = next((each[name] for each in kept if name in each), None)
        if found is None:
            raise ResourceNotFound(arn)
        return found

    def tag_resource(self: Any, resource_arn: str, tags: list[dict[str, str]]) -> None:
        resource = find(self, resource_arn)
        new = {tag["Key"] for tag in tags}
        resource.tags = [*(tag for tag in resource.tags if tag["Key"] not in new), *tags]

    def create_link(self: Any, global_network_id: str, *args: Any, **named: Any) -> Any:
        check_site(self, global_network_id, named["site_id"])
        return create(self, global_network_id, *args, **named)

    def create_device(self: Any, global_network_id: str, *args: Any, **named: Any) -> Any:
        if named["site_id"] is not None:
            check_site(self, global_network_id, named["site_id"])
        return make_device(self, global_network_id, *args, **named)

    def delete_site(self: Any, global_network_id: str, site_id: str) -> Any:
        check_site(self, global_network_id, site_id)
        return delete(self, global_network_id, site_id)

    def check_site(backend: Any, global_network_id: str, site_id: str) -> None:
        if site_id not in backend.sites.get(global_network_id, {}):
            raise ResourceNotFound(site_id)

    create, make_device = NetworkManagerBackend.create_link, NetworkManagerBackend.create_device
    delete, make_refusal = NetworkManagerBackend.delete_site, ResourceNotFound.__init__
    setattr(ResourceNotFound, "__init__", miss)  # noqa: B010
    for kind, noun in ((GlobalNetwork, "global_network"), (Site, "site"), (Link, "link"), (Device, "device")):
        correct(kind, noun)
    setattr(NetworkManagerBackend, "_get_resource_from_arn", find)  # noqa: B010
    setattr(NetworkManagerBackend, "tag_resource", tag_resource)  # noqa: B010
    setattr(NetworkManagerBackend, "create_link", create_link)  # noqa: B010
    setattr(NetworkManagerBackend, "create_device", create_device)  # noqa: B010
    setattr(NetworkManagerBackend, "delete_site", delete_site)  # noqa: B010


def change_hubs() -> None:
    """moto takes and gives findings where there is no hub, and enables one again."""
    from moto.securityhub.exceptions import SecurityHubClientError
    from moto.securityhub.models import SecurityHubBackend

    def enable(self: Any, *args: Any, **named: Any) -> Any:
        if self.enabled:
            raise SecurityHubClientError("ResourceConflictException", "Account is already subscribed to Security Hub")
        return begin(self, *args, **named)

    def checked(method: Any) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            self.describe_hub()
            return method(self, *args, **named)

        return call

    begin = SecurityHubBackend.enable_security_hub
    setattr(SecurityHubBackend, "enable_security_hub", enable)  # noqa: B010
    for name in ("batch_import_findings", "get_findings"):
        setattr(SecurityHubBackend, name, checked(getattr(SecurityHubBackend, name)))


def change_portfolios() -> None:
    """moto describes as empty what is not there, and deletes it; its ids have another form."""
    from moto.servicecatalog import models
    from moto.servicecatalog.exceptions import ResourceNotFoundException

    def checked(method: Any) -> Any:
        def call(self: Any, accept_language: str | None, id: str) -> Any:
            if id not in self.portfolios:
                raise ResourceNotFoundException(f"Portfolio {id} not found.")
            return method(self, accept_language, id)

        return call

    def new_id() -> str:
        return "port-" + mock_random.get_random_string(13, include_digits=True, lower_case=True)

    setattr(models, "uuid", types.SimpleNamespace(uuid4=new_id))  # noqa: B010
    for name in ("delete_portfolio", "describe_portfolio"):
        setattr(models.ServiceCatalogBackend, name, checked(getattr(models.ServiceCatalogBackend, name)))


def change_applications() -> None:
    """moto takes a name again, calls an application that is not there an invalid parameter, writes ARNs in another way,
    and tells a tag that belongs to a group of resources that is nowhere. By a name it would find what was decided on by
    an ARN that has the name for an id."""
    from moto.servicecatalogappregistry.exceptions import ResourceNotFoundException, ValidationException
    from moto.servicecatalogappregistry.models import Application, AppRegistryBackend
    from moto.servicecatalogappregistry.responses import AppRegistryResponse

    create, find = AppRegistryBackend.create_application, AppRegistryResponse._find_app_by_any_value

    def create_application(self: Any, name: str, *args: Any, **named: Any) -> Any:
        if any(one.name == name for one in self.applications.values()):
            raise JsonRESTError("ConflictException", f"There is an application {name} already.")
        return create(self, name, *args, **named)

    def find_application(self: Any, search: str) -> Any:
        try:
            found = find(self, search)
        except ValidationException:
            raise ResourceNotFoundException from None
        if search not in (found.id, found.arn):
            raise JsonRESTError("ValidationException", f"The application {search} is to be named by its id or its ARN.")
        return found

    def begin(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        self.arn = self.arn.replace(":applications/", ":/applications/")

    def to_json(self: Any) -> dict[str, Any]:
        described = describe(self)
        del described["applicationTag"]
        return described

    make, describe = Application.__init__, Application.to_json
    setattr(Application, "__init__", begin)  # noqa: B010
    setattr(Application, "to_json", to_json)  # noqa: B010
    setattr(AppRegistryBackend, "create_application", create_application)  # noqa: B010
    setattr(AppRegistryResponse, "_find_app_by_any_value", find_application)  # noqa: B010


def change_browser_settings() -> None:
    """moto fails at settings that are not there, and writes ARNs in another way."""
    from moto.workspacesweb.models import FakeBrowserSettings, FakeUserSettings, WorkSpacesWebBackend

    def named(kind: type[Any], noun: str) -> None:
        def arn_formatter(self: Any, settings_id: str, account_id: str, region_name: str) -> str:
            return f"arn:{get_partition(region_name)}:workspaces-web:{region_name}:{account_id}:{noun}/{settings_id}"

        setattr(kind, "arn_formatter", arn_formatter)  # noqa: B010

    def is_there(self: Any, arn: str) -> bool:
        return arn in self.browser_settings or arn in self.user_settings

    _tag_what_is_there(WorkSpacesWebBackend, is_there, _NotFound)
    named(FakeBrowserSettings, "browserSettings")
    named(FakeUserSettings, "userSettings")

    def checked(method: Any, kept: str) -> Any:
        def call(self: Any, **named: str) -> Any:
            (arn,) = named.values()
            if arn not in getattr(self, kept):
                raise _NotFound(arn)
            return method(self, **named)

        return call

    for kept in ("browser_settings", "user_settings"):
        for verb in ("get", "delete"):
            name = f"{verb}_{kept}"
            setattr(WorkSpacesWebBackend, name, checked(getattr(WorkSpacesWebBackend, name), kept))


def change_collaborations() -> None:
    """Clean Rooms."""
    from moto.cleanrooms.models import CleanRoomsBackend

    def is_there(self: Any, arn: str) -> bool:
        kept = (self.collaborations, self.memberships, self.configured_tables)
        return any(one.arn == arn for each in kept for one in each.values())

    _tag_what_is_there(CleanRoomsBackend, is_there, _NotFound)
