"""What a request to a modelled service is refused with by skywalk, beside the service's own errors.

Nothing that is only pretended is answered: a 503 says what lacks and why; 501 where nobody ever did it.
"""

from __future__ import annotations

from skywalk.values.errors import AwsError

UNAVAILABLE = "ServiceUnavailableException"


def internal_failure() -> AwsError:
    return AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500)


def service_unavailable(reason: str) -> AwsError:
    return AwsError(UNAVAILABLE, reason, 503)


def no_backend(service: str) -> AwsError:
    """The setting that gives it one is in the text."""
    table = f'backends."{service}"' if "." in service else f"backends.{service}"
    return service_unavailable(
        f"skywalk has no backend of {service} of its own. The setting [{table}] with a url in config.toml gives it one."
    )


def no_model(service: str) -> AwsError:
    """No setting gives it a backend."""
    return service_unavailable(
        f"skywalk has no backend of {service}, and no model of its requests to decide on them and pass them on to one."
    )


def not_implemented(service: str, operation: str) -> AwsError:
    """Clients do not try it again."""
    return AwsError("NotImplemented", f"The embedded backend of {service} does not implement {operation}.", 501)


def not_embedded(service: str, what: str, reason: str) -> AwsError:
    return service_unavailable(f"The embedded backend of {service} does not do {what}: {reason}.")


def request_too_large(limit_bytes: int) -> AwsError:
    return AwsError("RequestEntityTooLargeException", f"The request is larger than {limit_bytes} bytes.", 413)


def body_broken() -> AwsError:
    return AwsError("SerializationException", "The body of the request cannot be read.", 400)


def misdirected(service: str) -> AwsError:
    return AwsError("UnknownOperationException", f"This is an address of {service}, and the names are another's.", 404)


def not_of_here(code: str, name: str) -> AwsError:
    return AwsError(code, f"{name} is not the name of a resource of this service in this region.", 400)


def not_with_these(code: str, service: str, operation: str) -> AwsError:
    return AwsError(code, f"The embedded backend of {service} cannot do {operation} with these parameters.", 400)
