"""Cloud Map: instances that are registered in an HTTP namespace are discovered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "servicediscovery"


def story(cloud_map: Any) -> Look:
    # Where instances are discovered has a name of its own, `data-servicediscovery`.
    cloud_map.meta.config.inject_host_prefix = False
    namespace_id = _namespace(cloud_map)
    service = cloud_map.create_service(
        Name="api",
        NamespaceId=namespace_id,
        Description="the shop's",
        HealthCheckCustomConfig={"FailureThreshold": 1},
        Tags=[{"Key": "team", "Value": "shop"}],
    )["Service"]
    assert (service["Name"], service["NamespaceId"], service["Type"]) == ("api", namespace_id, "HTTP")
    service_id = service["Id"]
    _configure(cloud_map, namespace_id, service)
    _register(cloud_map, service_id)
    _discover(cloud_map, service_id)
    _delete(cloud_map, namespace_id, service_id)
    assert refused(cloud_map.create_private_dns_namespace, Name="in", Vpc="vpc-1") == "ServiceUnavailableException"

    def look(cloud_map: Any) -> Any:
        return (
            cloud_map.get_namespace(Id=namespace_id),
            cloud_map.get_service(Id=service_id),
            cloud_map.get_service_attributes(ServiceId=service_id),
            cloud_map.list_instances(ServiceId=service_id),
            cloud_map.discover_instances(NamespaceName="shop", ServiceName="api"),
            cloud_map.list_tags_for_resource(ResourceARN=service["Arn"]),
        )

    return look


def _namespace(cloud_map: Any) -> str:
    created = cloud_map.create_http_namespace(Name="shop", Description="first", CreatorRequestId="once")
    operation = cloud_map.get_operation(OperationId=created["OperationId"])["Operation"]
    assert (operation["Type"], operation["Status"]) == ("CREATE_NAMESPACE", "SUCCESS")
    namespace_id = str(operation["Targets"]["NAMESPACE"])
    assert refused(cloud_map.create_http_namespace, Name="shop") == "NamespaceAlreadyExists"
    updated = cloud_map.update_http_namespace(Id=namespace_id, Namespace={"Description": "second"})
    assert cloud_map.get_operation(OperationId=updated["OperationId"])["Operation"]["Type"] == "UPDATE_NAMESPACE"
    described = cloud_map.get_namespace(Id=namespace_id)["Namespace"]
    assert (described["Name"], described["Type"], described["Description"]) == ("shop", "HTTP", "second")
    listed = {one["Id"] for one in cloud_map.list_namespaces()["Namespaces"]}
    assert namespace_id in listed
    by_name = [{"Name": "NAME", "Values": ["sh"], "Condition": "BEGINS_WITH"}]
    assert [one["Id"] for one in cloud_map.list_namespaces(Filters=by_name)["Namespaces"]] == [namespace_id]
    assert cloud_map.list_namespaces(Filters=[{"Name": "TYPE", "Values": ["DNS_PUBLIC"]}])["Namespaces"] == []
    return namespace_id


def _configure(cloud_map: Any, namespace_id: str, service: Any) -> None:
    service_id, arn = service["Id"], service["Arn"]
    assert refused(cloud_map.create_service, Name="api", NamespaceId=namespace_id) == "ServiceAlreadyExists"
    assert refused(cloud_map.create_service, Name="api", NamespaceId="ns-nobody") == "NamespaceNotFound"
    cloud_map.update_service(Id=service_id, Service={"Description": "everybody's"})
    assert cloud_map.get_service(Id=service_id)["Service"]["Description"] == "everybody's"
    cloud_map.update_service_attributes(ServiceId=service_id, Attributes={"port": "80", "old": "1"})
    cloud_map.delete_service_attributes(ServiceId=service_id, Attributes=["old"])
    attributes = cloud_map.get_service_attributes(ServiceId=service_id)["ServiceAttributes"]
    assert (attributes["ServiceArn"], attributes["Attributes"]) == (arn, {"port": "80"})
    cloud_map.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
    cloud_map.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]
    unknown = {"ResourceARN": arn[:-4] + "none", "TagKeys": ["team"]}
    assert refused(cloud_map.untag_resource, **unknown) == "ResourceNotFoundException"
    of_namespace = [{"Name": "NAMESPACE_ID", "Values": [namespace_id]}]
    assert [one["Id"] for one in cloud_map.list_services(Filters=of_namespace)["Services"]] == [service_id]
    of_nobody = [{"Name": "NAMESPACE_ID", "Values": ["ns-nobody"]}]
    assert cloud_map.list_services(Filters=of_nobody)["Services"] == []
    dns = {"DnsRecords": [{"Type": "A", "TTL": 60}]}
    with_dns = {"Name": "dns", "NamespaceId": namespace_id, "DnsConfig": dns}
    assert refused(cloud_map.create_service, **with_dns) == "ServiceUnavailableException"


def _register(cloud_map: Any, service_id: str) -> None:
    for name, stage in (("a", "old"), ("a", "live"), ("b", "next")):
        attributes = {"AWS_INSTANCE_IPV4": "10.0.0.7", "stage": stage}
        operation_id = cloud_map.register_instance(ServiceId=service_id, InstanceId=name, Attributes=attributes)[
            "OperationId"
        ]
        operation = cloud_map.get_operation(OperationId=operation_id)["Operation"]
        assert (operation["Type"], operation["Targets"]) == ("REGISTER_INSTANCE", {"INSTANCE": name})
    assert operation_id in [one["Id"] for one in cloud_map.list_operations()["Operations"]]
    listed = cloud_map.list_instances(ServiceId=service_id)["Instances"]
    assert [(one["Id"], one["Attributes"]["stage"]) for one in listed] == [("a", "live"), ("b", "next")]
    found = cloud_map.get_instance(ServiceId=service_id, InstanceId="a")["Instance"]
    assert found["Attributes"] == {"AWS_INSTANCE_IPV4": "10.0.0.7", "stage": "live"}
    assert refused(cloud_map.get_instance, ServiceId=service_id, InstanceId="c") == "InstanceNotFound"
    machine = {"InstanceId": "c", "Attributes": {"AWS_EC2_INSTANCE_ID": "i-0123456789abcdef0"}}
    assert refused(cloud_map.register_instance, ServiceId=service_id, **machine) == "ServiceUnavailableException"


def _discover(cloud_map: Any, service_id: str) -> None:
    names = {"NamespaceName": "shop", "ServiceName": "api"}
    cloud_map.update_instance_custom_health_status(ServiceId=service_id, InstanceId="b", Status="UNHEALTHY")
    assert cloud_map.get_instances_health_status(ServiceId=service_id)["Status"] == {"a": "HEALTHY", "b": "UNHEALTHY"}
    assert _found(cloud_map.discover_instances(**names)) == ["a", "b"]
    assert _found(cloud_map.discover_instances(**names, HealthStatus="HEALTHY")) == ["a"]
    assert _found(cloud_map.discover_instances(**names, QueryParameters={"stage": "next"})) == ["b"]
    revision = cloud_map.discover_instances_revision(**names)["InstancesRevision"]
    assert cloud_map.discover_instances(**names)["InstancesRevision"] == revision
    cloud_map.deregister_instance(ServiceId=service_id, InstanceId="b")
    assert _found(cloud_map.discover_instances(**names)) == ["a"]
    assert refused(cloud_map.discover_instances, NamespaceName="shop", ServiceName="none") == "ServiceNotFound"


def _found(answer: Any) -> list[str]:
    return [one["InstanceId"] for one in answer["Instances"]]


def _delete(cloud_map: Any, namespace_id: str, service_id: str) -> None:
    assert refused(cloud_map.delete_service, Id=service_id) == "ResourceInUse"
    assert refused(cloud_map.delete_namespace, Id=namespace_id) == "ResourceInUse"
    assert refused(cloud_map.delete_service, Id="srv-nobody") == "ServiceNotFound"
    created = cloud_map.create_http_namespace(Name="short")["OperationId"]
    other = cloud_map.get_operation(OperationId=created)["Operation"]["Targets"]["NAMESPACE"]
    brief = cloud_map.create_service(Name="brief", NamespaceId=other)["Service"]["Id"]
    cloud_map.register_instance(ServiceId=brief, InstanceId="a", Attributes={"x": "1"})
    health = {"ServiceId": brief, "InstanceId": "a", "Status": "HEALTHY"}
    assert refused(cloud_map.update_instance_custom_health_status, **health) == "CustomHealthNotFound"
    cloud_map.deregister_instance(ServiceId=brief, InstanceId="a")
    cloud_map.delete_service(Id=brief)
    cloud_map.delete_namespace(Id=other)
    assert refused(cloud_map.get_namespace, Id=other) == "NamespaceNotFound"
