"""The API's errors, in its own envelope and with its own codes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

INVALID = "invalid_request_error"
SHOWN = 120  # characters of a caller's value that an error repeats


class ApiError(Exception):
    """An answer that is an error: everything its envelope holds, and its HTTP status."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = INVALID,
        param: str | None = None,
        code: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.type, self.param, self.code = message, status, type, param, code
        self.headers = tuple(headers)

    def document(self) -> dict[str, Any]:
        return {"message": self.message, "type": self.type, "param": self.param, "code": self.code}

    def body(self) -> bytes:
        return json.dumps({"error": self.document()}, indent=2).encode()


def shown(value: object) -> str:
    """A caller's value as an error repeats it: quoted if it is text, and never long."""
    if isinstance(value, str):
        return "'" + (value if len(value) <= SHOWN else value[:SHOWN] + "…") + "'"
    text = json.dumps(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def missing(param: str) -> ApiError:
    return ApiError(f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter")


def unknown_parameter(param: str) -> ApiError:
    return ApiError(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def unsupported(param: str, instead: str = "") -> ApiError:
    hint = f" Use '{instead}' instead." if instead else ""
    text = f"Unsupported parameter: '{param}' is not supported with this model.{hint}"
    return ApiError(text, param=param, code="unsupported_parameter")


def unsupported_value(param: str, value: object, supported: str) -> ApiError:
    text = f"Unsupported value: '{param}' does not support {shown(value)} with this model. Supported: {supported}."
    return ApiError(text, param=param, code="unsupported_value")


def invalid(param: str, message: str, code: str = "invalid_value") -> ApiError:
    return ApiError(message, param=param, code=code)


def not_found(kind: str, identity: str) -> ApiError:
    return ApiError(f"{kind} with id '{identity[:SHOWN]}' not found.", status=404)


def unknown_model(model: str) -> ApiError:
    text = f"The model '{model[:SHOWN]}' does not exist in the sandbox. GET /models lists those that do."
    return ApiError(text, status=404, param="model", code="model_not_found")


def unknown_path(method: str, path: str) -> ApiError:
    return ApiError(f"Invalid URL ({method} {path[:SHOWN]})", status=404, code="unknown_url")


def wrong_method(method: str, allowed: Iterable[str]) -> ApiError:
    names = ", ".join(sorted(allowed))
    text = f"Not allowed to {method} here; this address takes {names}."
    return ApiError(text, status=405, code="method_not_supported", headers=[("allow", names)])


def bad_key(given: bool) -> ApiError:
    if given:
        text = "Incorrect API key provided. The sandbox takes any key but this one."
    else:
        text = "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'; the sandbox takes any key."
    return ApiError(text, status=401, code="invalid_api_key", headers=[("www-authenticate", "Bearer")])
