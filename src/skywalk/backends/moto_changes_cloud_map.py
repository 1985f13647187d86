"""What is changed in moto's Cloud Map, and why. Written against moto 5.2.5.

Unconfirmed: the words of refusals.
Source: Cloud Map API Reference, CreateHttpNamespace, CreateService, DeleteNamespace, DeleteService, ListNamespaces,
ListOperations, ListServices, RegisterInstance, UpdateHttpNamespace, UpdateInstanceCustomHealthStatus.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.servicediscovery.exceptions import CustomHealthNotFound, InvalidInput
from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.servicediscovery.responses import ServiceDiscoveryResponse


def change_cloud_map() -> None:
    """Before the first request."""
    _have_names_once()
    _delete_what_is_empty()
    _register_in_place()
    _list_what_is_asked_for()
    _name_the_operation()
    _tag_what_is_there()


def _have_names_once() -> None:
    # moto takes a name again, and services of namespaces that are not there.
    create_namespace, create = ServiceDiscoveryBackend.create_http_namespace, ServiceDiscoveryBackend.create_service

    def create_http_namespace(self: Any, name: str, *args: Any, **named: Any) -> str:
        if any(one.name == name for one in self.namespaces.values()):
            raise JsonRESTError("NamespaceAlreadyExists", f"There is a namespace {name} already.")
        return create_namespace(self, name, *args, **named)

    def create_service(self: Any, name: str, namespace_id: str, *args: Any, **named: Any) -> Any:
        self.get_namespace(namespace_id)
        if any((one.name, one.namespace_id) == (name, namespace_id) for one in self.services.values()):
            raise JsonRESTError("ServiceAlreadyExists", f"There is a service {name} in {namespace_id} already.")
        named["service_type"] = "HTTP"
        return create(self, name, namespace_id, *args, **named)

    setattr(ServiceDiscoveryBackend, "create_http_namespace", create_http_namespace)  # noqa: B010
    setattr(ServiceDiscoveryBackend, "create_service", create_service)  # noqa: B010


def _delete_what_is_empty() -> None:
    # moto deletes the namespace of a service, the service of an instance, and services that are not there.
    delete_of_all, delete = ServiceDiscoveryBackend.delete_namespace, ServiceDiscoveryBackend.delete_service

    def delete_namespace(self: Any, namespace_id: str) -> str:
        if any(one.namespace_id == namespace_id for one in self.services.values()):
            raise JsonRESTError("ResourceInUse", f"Namespace {namespace_id} has services.")
        return delete_of_all(self, namespace_id)

    def delete_service(self: Any, service_id: str) -> None:
        if self.get_service(service_id).instances:
            raise JsonRESTError("ResourceInUse", f"Service {service_id} has instances.")
        delete(self, service_id)

    setattr(ServiceDiscoveryBackend, "delete_namespace", delete_namespace)  # noqa: B010
    setattr(ServiceDiscoveryBackend, "delete_service", delete_service)  # noqa: B010


def _register_in_place() -> None:
    # moto has an instance twice that is registered again, and the health of one whose service is not to have it told.
    register, update = (
        ServiceDiscoveryBackend.register_instance,
        ServiceDiscoveryBackend.update_instance_custom_health_status,
    )

    def register_instance(self: Any, service_id: str, instance_id: str, *args: Any, **named: Any) -> str:
        service = self.get_service(service_id)
        before = next((one for one in service.instances if one.instance_id == instance_id), None)
        operation = register(self, service_id, instance_id, *args, **named)
        if before is not None:
            service.instances[-1].health_status = before.health_status
            service.instances[service.instances.index(before)] = service.instances.pop()
        return operation

    def update_instance_custom_health_status(self: Any, service_id: str, instance_id: str, status: str) -> None:
        if self.get_service(service_id).health_check_custom_config is None:
            raise CustomHealthNotFound(service_id)
        update(self, service_id, instance_id, status)

    setattr(ServiceDiscoveryBackend, "register_instance", register_instance)  # noqa: B010
    setattr(  # noqa: B010
        ServiceDiscoveryBackend, "update_instance_custom_health_status", update_instance_custom_health_status
    )


def _list_what_is_asked_for() -> None:
    # moto lists all, and forgets operations when they are listed.
    def list_operations(self: Any) -> Iterable[Any]:
        return list(self.operations.values())

    def list_namespaces(self: Any) -> str:
        found = _chosen(json.loads(self.body), self.servicediscovery_backend.namespaces.values(), _OF_NAMESPACES)
        return json.dumps({"Namespaces": [one.to_json() for one in found]})

    def list_services(self: Any) -> str:
        found = _chosen(json.loads(self.body), self.servicediscovery_backend.services.values(), _OF_SERVICES)
        return json.dumps({"Services": [one.to_json() for one in found]})

    setattr(ServiceDiscoveryBackend, "list_operations", list_operations)  # noqa: B010
    setattr(ServiceDiscoveryResponse, "list_namespaces", list_namespaces)  # noqa: B010
    setattr(ServiceDiscoveryResponse, "list_services", list_services)  # noqa: B010


_OF_NAMESPACES: Mapping[str, Callable[[Any], str]] = {
    "HTTP_NAME": lambda one: str(one.http_properties["HttpName"]),
    "NAME": lambda one: str(one.name),
    "TYPE": lambda one: str(one.type),
}
_OF_SERVICES: Mapping[str, Callable[[Any], str]] = {"NAMESPACE_ID": lambda one: str(one.namespace_id)}


def _chosen(asked: Mapping[str, Any], all_: Iterable[Any], known: Mapping[str, Callable[[Any], str]]) -> list[Any]:
    found = list(all_)
    for one in asked.get("Filters") or ():
        name, values, condition = one["Name"], one["Values"], one.get("Condition", "EQ")
        if name not in known or not (condition == "IN" or len(values) == 1):
            raise InvalidInput(f"The filter {name} with these values is not known.")
        found = [each for each in found if _is_met(condition, known[name](each), values)]
    return found


def _is_met(condition: str, value: str, wanted: list[str]) -> bool:
    if condition == "BEGINS_WITH":
        return value.startswith(wanted[0])
    if condition in ("EQ", "IN"):
        return value in wanted
    raise InvalidInput(f"The condition {condition} is not known.")


def _name_the_operation() -> None:
    # moto writes the member of the answer in another way than the model.
    update = ServiceDiscoveryResponse.update_http_namespace

    def update_http_namespace(self: Any) -> str:
        return json.dumps({"OperationId": json.loads(update(self))["operationId"]})

    setattr(ServiceDiscoveryResponse, "update_http_namespace", update_http_namespace)  # noqa: B010


def _tag_what_is_there() -> None:
    # moto puts tags on whatever has an ARN.
    def checked(method: Any) -> Any:
        def call(self: Any, resource_arn: str, **named: Any) -> Any:
            if not any(one.arn == resource_arn for kept in (self.namespaces, self.services) for one in kept.values()):
                raise JsonRESTError("ResourceNotFoundException", f"{resource_arn} not found.")
            return method(self, resource_arn, **named)

        return call

    for name in ("tag_resource", "untag_resource", "list_tags_for_resource"):
        setattr(ServiceDiscoveryBackend, name, checked(getattr(ServiceDiscoveryBackend, name)))
