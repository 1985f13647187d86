"""What is changed in moto's services of devices. Written against moto 5.2.5.

Unconfirmed: that IoT keeps shadows of things that are not in its registry; the words of Greengrass's refusals.
Source: IoT Core Developer Guide, "Device Shadow service documents"; API Reference of Greengrass V1, CreateGroup.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def change_shadows() -> None:
    # moto wants things of its registry, which is nowhere here; AWS keeps shadows also of things that are not in it.
    # It lists and deletes what is deleted, does not remove a whole section, and does not give back client tokens.
    from moto.iotdata.exceptions import ResourceNotFoundException
    from moto.iotdata.models import FakeShadow, IoTDataPlaneBackend

    def registry(self: Any) -> Any:
        things: dict[str, Any] = vars(self).setdefault("things", {})
        return SimpleNamespace(describe_thing=lambda name: things.setdefault(name, SimpleNamespace(thing_shadows={})))

    def delete_thing_shadow(self: Any, thing_name: str, shadow_name: str | None) -> Any:
        self.get_thing_shadow(thing_name, shadow_name)
        return delete(self, thing_name, shadow_name)

    def list_named_shadows(self: Any, thing_name: str) -> list[str]:
        shadows = self.iot_backend.describe_thing(thing_name).thing_shadows
        found = sorted(name for name, shadow in shadows.items() if name is not None and not shadow.deleted)
        if not found and not any(not shadow.deleted for shadow in shadows.values()):
            raise ResourceNotFoundException
        return found

    def next_version(previous: Any, payload: Any) -> Any:
        state = (payload or {}).get("state") or {}
        for section in ("desired", "reported"):
            if previous is not None and section in state and state[section] is None:
                setattr(previous, section, None)
        return follow(previous, payload)

    def to_response_dict(self: Any) -> dict[str, Any]:
        told: dict[str, Any] = tell(self)
        token = self.requested_payload.get("clientToken")
        return told if token is None else {**told, "clientToken": token}

    delete, follow = IoTDataPlaneBackend.delete_thing_shadow, FakeShadow.create_from_previous_version
    tell = FakeShadow.to_response_dict
    setattr(IoTDataPlaneBackend, "iot_backend", property(registry))  # noqa: B010
    setattr(IoTDataPlaneBackend, "delete_thing_shadow", delete_thing_shadow)  # noqa: B010
    setattr(IoTDataPlaneBackend, "list_named_shadows_for_thing", list_named_shadows)  # noqa: B010
    setattr(FakeShadow, "create_from_previous_version", staticmethod(next_version))  # noqa: B010
    setattr(FakeShadow, "to_response_dict", to_response_dict)  # noqa: B010


def change_definitions() -> None:
    # moto fails half-way where no first version is given, keeps versions of cores that are not there, and does not
    # always say which version is the latest.
    from moto.greengrass.exceptions import IdNotFoundException
    from moto.greengrass.models import GreengrassBackend

    def made_without(method: Any, versions: str, content: dict[str, Any]) -> Any:
        def create(self: Any, name: str, initial_version: Any) -> Any:
            made = method(self, name, initial_version or content)
            if initial_version is None:
                getattr(self, versions)[getattr(made, "id", None) or made.group_id] = {}
                made.latest_version = made.latest_version_arn = None
            return made

        return create

    def made_latest(method: Any, noun: str) -> Any:
        def create(self: Any, *args: Any, **named: Any) -> Any:
            definition = getattr(self, f"{noun}s").get(args[0] if args else named[f"{noun}_id"])
            if definition is None:
                raise IdNotFoundException("That definition does not exist.")
            version = method(self, *args, **named)
            definition.latest_version, definition.latest_version_arn = version.version, version.arn
            return version

        return create

    for kind in ("core", "device", "function", "resource", "subscription"):
        name = f"create_{kind}_definition"
        content: dict[str, Any] = {f"{kind.title()}s": []}
        changed = made_without(getattr(GreengrassBackend, name), f"{kind}_definition_versions", content)
        setattr(GreengrassBackend, name, changed)
        versioned = made_latest(getattr(GreengrassBackend, f"{name}_version"), f"{kind}_definition")
        setattr(GreengrassBackend, f"{name}_version", versioned)
    create_group = made_without(GreengrassBackend.create_group, "group_versions", {})
    setattr(GreengrassBackend, "create_group", create_group)  # noqa: B010
