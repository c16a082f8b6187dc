"""
Write an AWS error in the protocol of its service, so that every SDK reads its code.

    service            body
    -----------------  -------------------------------------------------------------------
    s3                 <Error><Code/><Message/></Error>
    cloudfront, query  <ErrorResponse><Error><Type/><Code/><Message/></Error></ErrorResponse>
    all others         {"__type": code, "message": ...}, and the code in x-amzn-errortype
"""

import json
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from sandbox.api.asgi import Response

_XML_SERVICES = frozenset({"cloudfront", "cloudformation", "iam", "sts"})
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error with which AWS refuses a call: code, sentence, HTTP status."""

    code: str
    message: str
    status: int = 400


def to_response(refusal: Refusal, service: str) -> Response:
    """Return `refusal` in the protocol of `service`."""
    request_id = str(uuid.uuid4())
    if service == "s3":
        body = _s3(refusal, request_id)
        return Response(refusal.status, {"Content-Type": "application/xml"}, body)
    if service in _XML_SERVICES:
        return Response(refusal.status, {"Content-Type": "text/xml"}, _xml(refusal, request_id))
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-errortype": refusal.code,
        "x-amzn-requestid": request_id,
    }
    document = json.dumps({"__type": refusal.code, "message": refusal.message})
    return Response(refusal.status, headers, document.encode())


def _s3(refusal: Refusal, request_id: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    ).encode()


def _xml(refusal: Refusal, request_id: str) -> bytes:
    blamed = "Sender" if refusal.status < _SERVER_ERROR else "Receiver"
    return (
        '<?xml version="1.0"?>\n<ErrorResponse><Error>'
        f"<Type>{blamed}</Type><Code>{escape(refusal.code)}</Code>"
        f"<Message>{escape(refusal.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
