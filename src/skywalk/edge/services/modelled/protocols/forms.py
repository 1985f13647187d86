"""How an error is told in each protocol: its code, its status and its document.

Errors have the codes of the JSON protocols, or of the query protocol where they speak of signatures; they are put in
the words of the protocol here. AWS's own framework calls the text of AccessDeniedException `Message`, services theirs
`message`; those that had the query protocol before keep its status 403.
Unconfirmed: the codes in CBOR beside those of the services' own errors, and in CBOR the name of that text.
Source: Smithy, "AWS protocols", operation error serialization; IAM User Guide, "Common errors"; answers of SQS, Lambda
and DynamoDB quoted in public reports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from skywalk.edge.services.modelled.protocols.cbor_protocol import (
    CONTENT_TYPE,
    PROTOCOL_HEADER,
    PROTOCOL_VALUE,
    error_body,
)
from skywalk.edge.services.modelled.protocols.json_protocol import render
from skywalk.edge.services.modelled.service_models import CBOR, JSON, QUERY, REST_JSON, REST_XML

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import ServiceModel
    from skywalk.values.errors import AwsError

Headers = list[tuple[str, str]]

_IN_XML = {
    "AccessDeniedException": ("AccessDenied", 403),
    "InternalFailure": ("InternalFailure", 500),
    "RequestEntityTooLargeException": ("RequestEntityTooLarge", 413),
    "SerializationException": ("MalformedInput", 400),
    "ServiceUnavailableException": ("ServiceUnavailable", 503),
    "UnknownOperationException": ("InvalidAction", 400),
    "ValidationException": ("ValidationError", 400),
}
_IN_JSON = {
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
_CORAL = "com.amazon.coral.service#"
_OF_CORAL = frozenset(
    {
        "AccessDeniedException",
        "InternalFailure",
        "RequestEntityTooLargeException",
        "SerializationException",
        "ServiceUnavailableException",
        "UnknownOperationException",
        "ValidationException",
        *_IN_JSON.values(),
    }
)
"""Where AWS's own framework answers, before the service does."""
_DENIED, _REFUSED_STATUS = "AccessDeniedException", 403
_WITH_DETAIL = "sqs"
_NOT_OF_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def render_error(
    error: AwsError, protocol: str, model: ServiceModel | None, request_id: str
) -> tuple[int, Headers, bytes]:
    """Status, headers and body."""
    if protocol in (QUERY, REST_XML):
        return _in_xml(error, model, request_id)
    code = _IN_JSON.get(error.code, error.code)
    if protocol == REST_JSON:
        body = render({_text_name(code): error.message} if error.message else {})
        return error.status, [("content-type", "application/json"), ("x-amzn-errortype", code)], body
    is_of_signature = code != error.code
    headers = _query_error(error, model)
    is_denial = error.status == _REFUSED_STATUS and protocol == JSON and not headers
    status = 400 if is_of_signature or is_denial else error.status
    if protocol == CBOR:
        headers += [("content-type", CONTENT_TYPE), (PROTOCOL_HEADER, PROTOCOL_VALUE)]
        return status, headers, error_body(_type(code, model), error.message)
    version = model.json_version if model is not None else "1.1"
    headers.append(("content-type", f"application/x-amz-json-{version}"))
    document = {"__type": _type(code, model) if version == "1.0" else code}
    if error.message:
        document[_text_name(code)] = error.message
    return status, headers, render(document)


def _text_name(code: str) -> str:
    return "Message" if code == _DENIED else "message"


def _type(code: str, model: ServiceModel | None) -> str:
    if code in _OF_CORAL or model is None:
        return _CORAL + code
    return f"com.amazonaws.{model.folder}#{code}"


def _query_error(error: AwsError, model: ServiceModel | None) -> Headers:
    """Clients of services that had the query protocol before know errors by the codes of then."""
    if model is None or not model.is_query_compatible:
        return []
    told = in_words_of_xml(error)
    return [("x-amzn-query-error", f"{told.code};{'Receiver' if error.status >= 500 else 'Sender'}")]


def _in_xml(error: AwsError, model: ServiceModel | None, request_id: str) -> tuple[int, Headers, bytes]:
    told = in_words_of_xml(error)
    namespace = f' xmlns="{model.xml_namespace}"' if model is not None and model.xml_namespace else ""
    detail = "<Detail/>" if model is not None and model.folder == _WITH_DETAIL else ""
    body = (
        f"<ErrorResponse{namespace}><Error><Type>{'Receiver' if told.status >= 500 else 'Sender'}</Type>"
        f"<Code>{text_of_xml(told.code)}</Code><Message>{text_of_xml(told.message)}</Message>{detail}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return told.status, [("content-type", "text/xml")], body.encode()


def in_words_of_xml(error: AwsError) -> AwsError:
    code, status = _IN_XML.get(error.code, (error.code, error.status))
    return type(error)(code, error.message, status)


def is_of_xml(text: str) -> bool:
    return _NOT_OF_XML.search(text) is None


def text_of_xml(text: str) -> str:
    return _NOT_OF_XML.sub("\ufffd", escape(text))
