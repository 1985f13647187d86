"""API Gateway: HTTP and WebSocket APIs, which are not deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "apigateway", "apigatewayv2"


_CORS = {"AllowOrigins": ["https://example.com"], "MaxAge": 60}
_URI = "https://orders.example.com"


def story(gateway: Any) -> Look:
    made = gateway.create_api(Name="shop", ProtocolType="HTTP", CorsConfiguration=_CORS, Tags={"team": "a"})
    api, arn = {"ApiId": made["ApiId"]}, f"arn:aws:apigateway:us-east-1::/apis/{made['ApiId']}"
    assert made["ApiEndpoint"] == f"https://{made['ApiId']}.execute-api.us-east-1.amazonaws.com"
    gateway.update_api(**api, Description="orders")
    gateway.delete_cors_configuration(**api)
    gateway.tag_resource(ResourceArn=arn, Tags={"a": "1"})
    gateway.untag_resource(ResourceArn=arn, TagKeys=["team"])
    gone = gateway.create_api(Name="gone", ProtocolType="HTTP")["ApiId"]
    gateway.delete_api(ApiId=gone)
    assert refused(gateway.get_api, ApiId=gone) == "NotFoundException"
    assert refused(gateway.create_stage, **api, StageName="live") == "ServiceUnavailableException"
    integration = _integration(gateway, api)
    route = _route(gateway, api, integration)
    authorizer = _authorizer(gateway, api)
    talks = _of_websockets(gateway)

    def look(gateway: Any) -> Any:
        found = gateway.get_api(**api)
        assert (found["Name"], found["Description"], found["Tags"]) == ("shop", "orders", {"a": "1"})
        assert "CorsConfiguration" not in found
        apis = [one["ApiId"] for one in gateway.get_apis()["Items"]]
        assert made["ApiId"] in apis
        assert gone not in apis
        tags = gateway.get_tags(ResourceArn=arn)["Tags"]
        assert tags == {"a": "1"}
        kept = gateway.get_integration(**api, IntegrationId=integration)
        assert (kept["IntegrationUri"], kept["TimeoutInMillis"]) == (_URI, 5000)
        assert [one["IntegrationId"] for one in gateway.get_integrations(**api)["Items"]] == [integration]
        routed = gateway.get_route(**api, RouteId=route)
        assert (routed["RouteKey"], routed["Target"]) == ("GET /orders", f"integrations/{integration}")
        assert [one["RouteId"] for one in gateway.get_routes(**api)["Items"]] == [route]
        return found, tags, kept, routed, gateway.get_authorizer(**api, AuthorizerId=authorizer), talks(gateway)

    return look


def _integration(gateway: Any, api: dict[str, str]) -> str:
    made = gateway.create_integration(
        **api, IntegrationType="HTTP_PROXY", IntegrationUri="https://old.example.com", IntegrationMethod="GET"
    )["IntegrationId"]
    gateway.update_integration(**api, IntegrationId=made, IntegrationUri=_URI, TimeoutInMillis=5000)
    gone = gateway.create_integration(**api, IntegrationType="HTTP_PROXY", IntegrationUri=_URI)["IntegrationId"]
    gateway.delete_integration(**api, IntegrationId=gone)
    for call in (gateway.get_integration, gateway.update_integration):
        assert refused(call, **api, IntegrationId=gone) == "NotFoundException"
    return str(made)


def _route(gateway: Any, api: dict[str, str], integration: str) -> str:
    made = gateway.create_route(**api, RouteKey="GET /orders")["RouteId"]
    assert refused(gateway.create_route, **api, RouteKey="GET /orders") == "ConflictException"
    gateway.update_route(**api, RouteId=made, Target=f"integrations/{integration}")
    gone = gateway.create_route(**api, RouteKey="GET /gone")["RouteId"]
    gateway.delete_route(**api, RouteId=gone)
    for call in (gateway.get_route, gateway.update_route):
        assert refused(call, **api, RouteId=gone) == "NotFoundException"
    return str(made)


def _authorizer(gateway: Any, api: dict[str, str]) -> str:
    tokens = {"Audience": ["shop"], "Issuer": "https://issuer.example.com"}
    new = {"AuthorizerType": "JWT", "IdentitySource": ["$request.header.Authorization"], "JwtConfiguration": tokens}
    made = gateway.create_authorizer(**api, Name="tokens", **new)["AuthorizerId"]
    gateway.update_authorizer(**api, AuthorizerId=made, Name="our tokens")
    found = gateway.get_authorizer(**api, AuthorizerId=made)
    assert (found["Name"], found["JwtConfiguration"]) == ("our tokens", tokens)
    gone = gateway.create_authorizer(**api, Name="gone", **new)["AuthorizerId"]
    gateway.delete_authorizer(**api, AuthorizerId=gone)
    for call in (gateway.get_authorizer, gateway.update_authorizer):
        assert refused(call, **api, AuthorizerId=gone) == "NotFoundException"
    return str(made)


def _of_websockets(gateway: Any) -> Any:
    made = gateway.create_api(Name="talks", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    assert made["ApiEndpoint"].startswith("wss://")
    api = {"ApiId": made["ApiId"]}
    model = gateway.create_model(**api, Name="letter", ContentType="application/json", Schema="{}")["ModelId"]
    gateway.update_model(**api, ModelId=model, Description="a letter")
    gone = gateway.create_model(**api, Name="gone", Schema="{}")["ModelId"]
    gateway.delete_model(**api, ModelId=gone)
    for call in (gateway.get_model, gateway.update_model):
        assert refused(call, **api, ModelId=gone) == "NotFoundException"
    answers = _answers(gateway, api)
    replies = _replies(gateway, api)

    def look(gateway: Any) -> Any:
        found = gateway.get_model(**api, ModelId=model)
        assert (found["Name"], found["Description"], found["Schema"]) == ("letter", "a letter", "{}")
        return found, answers(gateway), replies(gateway)

    return look


def _answers(gateway: Any, api: dict[str, str]) -> Any:
    required = {"route.request.querystring.page": {"Required": True}}
    route = gateway.create_route(**api, RouteKey="$default", RequestParameters=required)["RouteId"]
    here = {**api, "RouteId": route}
    gateway.delete_route_request_parameter(**here, RequestParameterKey="route.request.querystring.page")
    made = gateway.create_route_response(**here, RouteResponseKey="$default")["RouteResponseId"]
    gone = gateway.create_route_response(**here, RouteResponseKey="$gone")["RouteResponseId"]
    gateway.delete_route_response(**here, RouteResponseId=gone)
    assert refused(gateway.get_route_response, **here, RouteResponseId=gone) == "NotFoundException"

    def look(gateway: Any) -> Any:
        assert gateway.get_route(**here)["RequestParameters"] == {}
        found = gateway.get_route_response(**here, RouteResponseId=made)
        assert found["RouteResponseKey"] == "$default"
        return found

    return look


def _replies(gateway: Any, api: dict[str, str]) -> Any:
    integration = gateway.create_integration(**api, IntegrationType="MOCK")["IntegrationId"]
    here = {**api, "IntegrationId": integration}
    made = gateway.create_integration_response(**here, IntegrationResponseKey="$default")["IntegrationResponseId"]
    gateway.update_integration_response(
        **here, IntegrationResponseId=made, ResponseTemplates={"application/json": "{}"}
    )
    gone = gateway.create_integration_response(**here, IntegrationResponseKey="/404/")["IntegrationResponseId"]
    gateway.delete_integration_response(**here, IntegrationResponseId=gone)
    assert refused(gateway.get_integration_response, **here, IntegrationResponseId=gone) == "NotFoundException"

    def look(gateway: Any) -> Any:
        found = gateway.get_integration_response(**here, IntegrationResponseId=made)
        assert (found["IntegrationResponseKey"], found["ResponseTemplates"]) == (
            "$default",
            {"application/json": "{}"},
        )
        listed = gateway.get_integration_responses(**here)["Items"]
        assert [one["IntegrationResponseId"] for one in listed] == [made]
        return found

    return look
