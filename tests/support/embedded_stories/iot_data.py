"""AWS IoT's data plane: shadows of things; no message is delivered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "iot.data", "iot-data"


def story(iot: Any) -> Look:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        iot.get_thing_shadow(thingName="lamp")
    told = _update(iot, {"state": {"desired": {"light": "on", "color": "red"}}, "clientToken": "abc"})
    assert (told["version"], told["clientToken"]) == (1, "abc")
    _update(iot, {"state": {"reported": {"light": "off", "color": "red"}}, "version": 1})
    with pytest.raises(ClientError, match="ConflictException"):
        _update(iot, {"state": {"desired": {"light": "off"}}, "version": 1})
    with pytest.raises(ClientError, match="InvalidRequestException"):
        _update(iot, {"state": {"wished": {}}})
    assert _read(iot)["state"]["delta"] == {"light": "on"}
    for name in ("night", "passing"):
        _update(iot, {"state": {"desired": {"light": name}}}, shadowName=name)
    assert iot.list_named_shadows_for_thing(thingName="lamp")["results"] == ["night", "passing"]
    deleted = json.loads(iot.delete_thing_shadow(thingName="lamp", shadowName="passing")["payload"].read())
    assert "state" not in deleted
    for refused in (iot.get_thing_shadow, iot.delete_thing_shadow):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            refused(thingName="lamp", shadowName="passing")
    assert iot.list_named_shadows_for_thing(thingName="lamp")["results"] == ["night"]
    _update(iot, {"state": {"desired": {"light": "dim"}, "reported": {"light": "dim"}}}, shadowName="night")
    _update(iot, {"state": {"desired": None}}, shadowName="night")
    assert _read(iot, shadowName="night")["state"] == {"reported": {"light": "dim"}}

    def look(iot: Any) -> Any:
        return _read(iot), _read(iot, shadowName="night"), iot.list_named_shadows_for_thing(thingName="lamp")

    return look


def _update(iot: Any, document: Any, **named: str) -> Any:
    answer = iot.update_thing_shadow(thingName="lamp", payload=json.dumps(document).encode(), **named)
    return json.loads(answer["payload"].read())


def _read(iot: Any, **named: str) -> Any:
    return json.loads(iot.get_thing_shadow(thingName="lamp", **named)["payload"].read())
