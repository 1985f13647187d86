"""What is changed in moto's API Gateway and CloudFront, and why. Written against moto 5.2.5.

Unconfirmed: the words of refusals.
Source: Amazon API Gateway Version 2 API Reference (Api, CreateRoute); CloudFront API Reference
(DeletePublicKey, GetKeyGroup, UpdateOriginAccessControl): an update or deletion names the ETag of what it is about.
"""

from __future__ import annotations

from typing import Any


def change_apis() -> None:
    # moto gives an API of WebSockets an address of HTTP, makes a route twice, and stumbles over what is not there.
    from moto.apigatewayv2.exceptions import APIGatewayV2Error
    from moto.apigatewayv2.models import Api

    class RouteConflict(APIGatewayV2Error):
        code = 409

    make: Any = Api.__init__
    create: Any = Api.create_route

    def begin(self: Any, *parameters: Any, **named: Any) -> None:
        make(self, *parameters, **named)
        if self.protocol_type == "WEBSOCKET":
            self.api_endpoint = self.api_endpoint.replace("https://", "wss://")

    def create_route(self: Any, *parameters: Any, **named: Any) -> Any:
        key = named.get("route_key")
        if any(one.route_key == key for one in self.routes.values()):
            raise RouteConflict("ConflictException", f"Route with key {key} already exists for this API")
        return create(self, *parameters, **named)

    def known(noun: str) -> Any:
        update: Any = getattr(Api, f"update_{noun}")

        def call(self: Any, *parameters: Any, **named: Any) -> Any:
            getattr(self, f"get_{noun}")(named.get(f"{noun}_id") or parameters[0])
            return update(self, *parameters, **named)

        return call

    for noun in ("authorizer", "integration", "model", "route"):
        setattr(Api, f"update_{noun}", known(noun))
    setattr(Api, "__init__", begin)  # noqa: B010
    setattr(Api, "create_route", create_route)  # noqa: B010


def change_contents_of_distributions() -> None:
    # moto looks at no ETag, stumbles over keys that are not there, and keeps a function's tags for
    # the next of its name.
    from moto.cloudfront.exceptions import CloudFrontException, InvalidIfMatchVersion
    from moto.cloudfront.models import CloudFrontBackend as Backend
    from moto.cloudfront.models import random_id
    from moto.cloudfront.responses import CloudFrontResponse as Response

    def only_this_version(method: Any, kept: str, name: str) -> Any:
        def call(self: Any) -> Any:
            one = getattr(self.backend, kept).get(self._get_param(name))
            if one is not None and self._get_param("IfMatch") != one.etag:
                raise InvalidIfMatchVersion
            return method(self)

        return call

    def known(method: Any, kept: str, code: str) -> Any:
        def call(self: Any, *parameters: Any, **named: Any) -> Any:
            name = next(iter((*parameters, *named.values())))
            if name not in getattr(self, kept):
                raise CloudFrontException(code, "The specified resource does not exist.")
            return method(self, *parameters, **named)

        return call

    def update(self: Any, control_id: str, config: dict[str, str]) -> Any:
        control = update_control(self, control_id, config)
        control.etag = random_id()
        return control

    def delete(self: Any, name: str, if_match: str) -> None:
        arn = self.describe_function(name).arn
        delete_function(self, name, if_match)
        self.tagger.delete_all_tags_for_resource(arn)

    delete_function: Any = Backend.delete_function
    update_control: Any = Backend.update_origin_access_control
    for method, kept, name in (
        ("delete_function", "functions", "Name"),
        ("delete_origin_access_control", "origin_access_controls", "Id"),
        ("delete_public_key", "public_keys", "Id"),
        ("update_origin_access_control", "origin_access_controls", "Id"),
    ):
        setattr(Response, method, only_this_version(getattr(Response, method), kept, name))
    for method, kept, code in (
        ("delete_origin_access_control", "origin_access_controls", "NoSuchOriginAccessControl"),
        ("delete_public_key", "public_keys", "NoSuchPublicKey"),
        ("get_key_group", "key_groups", "NoSuchResource"),
        ("get_public_key", "public_keys", "NoSuchPublicKey"),
    ):
        setattr(Backend, method, known(getattr(Backend, method), kept, code))
    setattr(Backend, "delete_function", delete)  # noqa: B010
    setattr(Backend, "update_origin_access_control", update)  # noqa: B010
