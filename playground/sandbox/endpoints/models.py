"""GET /models and GET /models/{id}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..behaviours import Model, catalogue, model_called
from ..http import Reply, Request
from ..wire.errors import unknown_model

if TYPE_CHECKING:
    from ..asgi import Sandbox

CREATED = 1_767_225_600  # when the sandbox's models came into being; any date will do


def _document(model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "object": "model",
        "created": CREATED,
        "owned_by": "sandbox",
        "description": model.description,
        "context_window": model.window,
        "endpoints": list(model.endpoints),
    }


async def list_models(sandbox: Sandbox, request: Request) -> Reply:
    return Reply({"object": "list", "data": [_document(model) for model in catalogue().values()]})


async def retrieve_model(sandbox: Sandbox, request: Request, identity: str) -> Reply:
    model = model_called(identity)
    if model is None:
        raise unknown_model(identity)
    return Reply(_document(model))
