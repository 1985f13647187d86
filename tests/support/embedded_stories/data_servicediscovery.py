"""Cloud Map's instances, discovered by the name that is for that alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "data-servicediscovery", ("servicediscovery", "servicediscovery")


def story(data: Any, cloud_map: Any) -> Look:
    # The port is at an address, which has no names below it.
    data.meta.config.inject_host_prefix = False
    created = cloud_map.create_http_namespace(Name="discovered")["OperationId"]
    namespace = cloud_map.get_operation(OperationId=created)["Operation"]["Targets"]["NAMESPACE"]
    service = cloud_map.create_service(Name="api", NamespaceId=namespace)["Service"]["Id"]
    cloud_map.register_instance(ServiceId=service, InstanceId="a", Attributes={"AWS_INSTANCE_IPV4": "10.0.0.7"})
    names = {"NamespaceName": "discovered", "ServiceName": "api"}
    (found,) = data.discover_instances(**names)["Instances"]
    assert (found["InstanceId"], found["Attributes"]) == ("a", {"AWS_INSTANCE_IPV4": "10.0.0.7"})
    assert data.discover_instances_revision(**names)["InstancesRevision"] == 1
    assert refused(data.discover_instances, NamespaceName="nobody", ServiceName="api") == "NamespaceNotFound"
    assert refused(data.list_namespaces) == "ServiceUnavailableException"

    def look(data: Any, cloud_map: Any) -> Any:
        return data.discover_instances(**names), data.discover_instances_revision(**names)

    return look
