"""What is changed in moto when any of its services serves as a backend, and why. Written against moto 5.2.5."""

from __future__ import annotations

from typing import Any

from moto.core.common_models import BaseModel


def change_moto(service: str) -> None:
    """Once per process, before the first request."""
    _forget_instances()
    if service == "sqs":
        _never_wait_for_messages()


def _forget_instances() -> None:
    # moto tracks every model ever made, to reset them between tests: deleted ones would never be freed.
    setattr(BaseModel, "__new__", lambda cls, *_, **__: object.__new__(cls))  # noqa: B010


def _never_wait_for_messages() -> None:
    # A change is handled while no other is: a message that it waited for could not arrive, nor time pass.
    from moto.sqs.models import SQSBackend

    def receive_message(self: Any, queue_name: str, count: int, _wait_seconds: int, *rest: Any, **named: Any) -> Any:
        return receive(self, queue_name, count, 0, *rest, **named)

    receive = SQSBackend.receive_message
    setattr(SQSBackend, "receive_message", receive_message)  # noqa: B010
