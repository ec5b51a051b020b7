"""A value that satisfies a JSON Schema: made deterministically, then checked with jsonschema."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import count as counting
from typing import Any

from .nouns import proper_nouns
from .patterns import Unsatisfiable, matching
from .sampling import Sampler
from .schema_check import first_problem

__all__ = ["Maker", "Unsatisfiable", "instance"]

ATTEMPTS = 12
MAX_NODES = 20_000
MAX_LENGTH, MAX_ITEMS, DEEP = 20_000, 2_000, 6
FORMATS = {
    "date-time": "2030-06-15T09:30:00Z",
    "date": "2030-06-15",
    "time": "09:30:00Z",
    "duration": "PT45M",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "hostname": "host.example.com",
    "ipv4": "192.0.2.10",
    "ipv6": "2001:db8::10",
    "uri": "https://example.com/page",
    "uri-reference": "/page",
    "iri": "https://example.com/page",
    "uuid": "3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b",
    "json-pointer": "/first",
    "regex": "^a+$",
}
WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "harbor", "inlet", "juniper")
_PLACES = re.compile(r"\b(location|city|place|town|country|destination|where)", re.IGNORECASE)


def instance(schema: Any, sampler: Sampler, prompt: str = "", verbosity: str = "medium", skip: int = 0) -> Any:
    """A value for the schema, or Unsatisfiable. `skip` makes it use the prompt's next proper noun, or the one after."""
    problem, nodes = "it is too complex", 0
    for attempt in range(ATTEMPTS):
        maker = Maker(schema, sampler, prompt, verbosity, skip, attempt)
        try:
            if nodes > MAX_NODES:
                break  # a large schema gets fewer attempts
            value = maker.make(schema)
            nodes += maker.nodes
            problem = first_problem(value, schema)
        except Unsatisfiable as reason:
            problem = str(reason)
            continue
        except Exception as trouble:  # noqa: BLE001 - references can lead into what is no schema; then there is no value
            raise Unsatisfiable(f"the schema cannot be followed ({type(trouble).__name__})") from None
        if not problem:
            return value
    raise Unsatisfiable(problem)


class Maker:
    """One attempt at a value. Later attempts choose other branches."""

    def __init__(
        self, root: Any, sampler: Sampler, prompt: str = "", verbosity: str = "medium", skip: int = 0, attempt: int = 0
    ) -> None:
        self.root, self.sampler, self.prompt, self.attempt = root, sampler, prompt, attempt
        self.items = {"low": 1, "medium": 2, "high": 4}[verbosity]
        asked = re.search(r"\b([1-9]|10)\b", prompt)
        self.asked_items = int(asked[1]) if asked else None
        self.names = proper_nouns(prompt)[skip:] or proper_nouns(prompt)
        self.nodes = 0
        self.place = 0  # of the item being made in its array, so that items differ

    def make(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > 60:
            raise Unsatisfiable("the schema is too large, or never ends")
        if isinstance(schema, bool):
            if not schema:
                raise Unsatisfiable("a part of it allows nothing")
            return "anything"
        schema = self._flat(schema, depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._from_enum(schema["enum"])
        if "default" in schema and not self.attempt:
            return schema["default"]
        match self._type(schema, depth):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth, top=not depth or bool(self.asked_items and depth <= 1))
            case "string":
                return self._string(schema, name)
            case "integer":
                return self._number(schema, whole=True)
            case "number":
                return self._number(schema, whole=False)
            case "boolean":
                return (self.sampler.integer(0, 1) + self.attempt) % 2 == 0
        return None

    # -- putting the schema's parts together --------------------------------------------------------------------

    def _flat(self, schema: Mapping[str, Any], depth: int, hops: int = 0) -> dict[str, Any]:
        """The schema with its references followed, allOf joined and one branch of anyOf or oneOf chosen."""
        self.nodes += 1
        if hops > 40 or self.nodes > MAX_NODES:
            raise Unsatisfiable("its references go in a circle")
        flat = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
        parts = [self._referred(schema["$ref"])] if "$ref" in schema else []
        parts += schema.get("allOf", [])
        for key in ("anyOf", "oneOf"):
            branches = schema.get(key)
            if branches:
                parts.append(branches[self._branch(branches, depth)])
        if "if" in schema and "then" in schema and self.attempt % 2 == 0:
            parts += [schema["if"], schema["then"]]
        elif "else" in schema:
            parts.append(schema["else"])
        for part in parts:
            if part is False:
                raise Unsatisfiable("a part of it allows nothing")
            if part is not True:
                flat = _joined(flat, self._flat(part, depth, hops + 1))
        return flat

    def _branch(self, branches: list[Any], depth: int) -> int:
        if depth > DEEP:  # somewhere deep the branch that ends is wanted, and null often is it
            plain = [place for place, one in enumerate(branches) if one in ({"type": "null"}, {"type": "string"})]
            if plain:
                return plain[0]
        return self.attempt % len(branches)

    def _referred(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise Unsatisfiable("it refers to another document, and nothing is fetched")
        node = self.root
        for part in filter(None, reference[1:].split("/")):
            key = part.replace("~1", "/").replace("~0", "~").replace("%25", "%")
            try:
                node = node[int(key)] if isinstance(node, list) else node[key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise Unsatisfiable("a reference leads nowhere") from None
        if not isinstance(node, dict | bool):
            raise Unsatisfiable("a reference leads to something else than a schema")
        return node

    def _type(self, schema: Mapping[str, Any], depth: int) -> str:
        kinds = schema.get("type")
        if isinstance(kinds, list) and kinds:
            if depth > DEEP and "null" in kinds:
                return "null"
            ordered = sorted(kinds, key=lambda kind: kind == "null")
            return str(ordered[self.attempt % len(ordered)])
        if isinstance(kinds, str):
            return kinds
        for kind, hints in _IMPLIED.items():
            if hints & schema.keys():
                return kind
        return "string"

    # -- values -------------------------------------------------------------------------------------------------

    def _from_enum(self, values: list[Any]) -> Any:
        told = [value for value in values if isinstance(value, str) and value and value.lower() in self.prompt.lower()]
        pool = told or values
        start = 0 if self.sampler.temperature == 0 else self.sampler.integer(0, len(pool) - 1)
        return pool[(start + self.attempt) % len(pool)]

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties, required = schema.get("properties", {}), list(schema.get("required", ()))
        for key, more in schema.get("dependentRequired", {}).items():
            required += more if key in required or key in properties else ()
        wanted = [key for key in properties if key in required or (depth <= DEEP and self.attempt < 6)]
        wanted += [key for key in dict.fromkeys(required) if key not in properties]
        extra = schema.get("additionalProperties", True)
        names = (f"key_{number}" for number in counting(1))
        least = schema.get("minProperties", 0)
        if least > MAX_ITEMS:
            raise Unsatisfiable("it asks for very many properties")
        while len(wanted) < least:
            wanted.append(next(name for name in names if name not in wanted))
        most = schema.get("maxProperties", MAX_NODES)
        wanted = [key for key in wanted if key in required] + [key for key in wanted if key not in required]
        made = {key: self.make(properties.get(key, extra), key, depth + 1) for key in wanted[:most]}
        return {key: made[key] for key in [*properties, *made] if key in made}

    def _array(self, schema: Mapping[str, Any], depth: int, top: bool) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", MAX_ITEMS)
        if least > MAX_ITEMS:
            raise Unsatisfiable("it asks for very many items")
        usual = 0 if depth > DEEP else (self.asked_items if top and self.asked_items else self.items)
        size = int(max(least, min(most, usual)))
        first = list(schema.get("prefixItems", ()))
        if "contains" in schema:
            first += [schema["contains"]] * max(1, schema.get("minContains", 1))
        size, rest = max(size, min(most, len(first))), schema.get("items", True)
        made: list[Any] = []
        for place in range(size):
            part = first[place] if place < len(first) else rest
            if part is False:
                break
            alike = not schema.get("uniqueItems")
            made.append(self._item(part, depth, place) if alike else self._unlike(made, part, depth, place))
        return made

    def _item(self, schema: Any, depth: int, place: int) -> Any:
        outer, self.place = self.place, place
        made = self.make(schema, "", depth + 1)
        self.place = outer
        return made

    def _unlike(self, made: list[Any], schema: Any, depth: int, place: int) -> Any:
        pool = schema.get("enum") if isinstance(schema, dict) else None
        if pool:
            return next((value for value in pool if value not in made), pool[0])
        tries = (self._item(schema, depth, place + step) for step in range(ATTEMPTS))
        value = next((one for one in tries if one not in made), None)
        return value if value is not None else self._item(schema, depth, place)

    def _string(self, schema: Mapping[str, Any], name: str) -> str:
        if isinstance(schema.get("pattern"), str):
            return matching(schema["pattern"], self.sampler)
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        least, most = schema.get("minLength", 0), schema.get("maxLength", MAX_LENGTH)
        if least > MAX_LENGTH:
            raise Unsatisfiable("it asks for a very long text")
        if self.names and _PLACES.search(f"{name} {schema.get('description', '')}"[:200]):
            text = self.names[0]
        else:
            turned = WORDS[self.place % len(WORDS) :] + WORDS[: self.place % len(WORDS)]
            text = self.sampler.pick(turned[:5]) + (f" {self.place}" if self.place >= len(WORDS) else "")
        while len(text) < least:
            text += " " + self.sampler.pick(WORDS)
        return text[: int(most)]

    def _number(self, schema: Mapping[str, Any], whole: bool) -> int | float:
        step = schema.get("multipleOf", 1 if whole else 0.5)
        low, high = _bounds(schema, whole, step)
        if low is None and high is None:
            low, high = 1, 100
        if not whole and "multipleOf" not in schema and low is not None and high is not None:
            return round(low + (high - low) * self.sampler.integer(0, 40) / 40, 10)
        start: float = low if low is not None else (high or 0) - 10 * step
        end: float = high if high is not None else start + 40 * step
        first, last = math.ceil(start / step), math.floor(end / step)
        if first > last:
            raise Unsatisfiable("no number lies between its bounds")
        chosen = min(last, self.sampler.integer(first, min(last, first + 40)) + self.place) * step
        if isinstance(step, float) and not whole:
            chosen = round(chosen, 10)
        return int(chosen) if whole else chosen


_IMPLIED = {
    "object": {"properties", "required", "additionalProperties", "minProperties"},
    "array": {"items", "prefixItems", "minItems", "contains", "uniqueItems"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"},
}


def _bounds(schema: Mapping[str, Any], whole: bool, step: float) -> tuple[float | None, float | None]:
    """The lowest and highest value allowed; a bound that is itself excluded is stepped over."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    hop = step if "multipleOf" in schema else 0.001
    if above is not None and below is not None and not whole:
        hop = min(hop, (below - above) / 100)
    if above is not None:
        nudge = math.floor(above) + 1 if whole else above + hop
        low = nudge if low is None else max(low, nudge)
    if below is not None:
        nudge = math.ceil(below) - 1 if whole else below - hop
        high = nudge if high is None else min(high, nudge)
    return low, high


def _joined(first: dict[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two schemas as one that asks for what both ask, as far as values can be joined."""
    joined = {**first, **second}
    for key, tighter in (("minimum", max), ("minLength", max), ("minItems", max), ("minProperties", max)):
        joined |= {key: tighter(first[key], second[key])} if key in first and key in second else {}
    for key in ("maximum", "maxLength", "maxItems", "maxProperties"):
        joined |= {key: min(first[key], second[key])} if key in first and key in second else {}
    if "properties" in first and "properties" in second:
        shared = {key: {"allOf": [one, second["properties"][key]]} for key, one in first["properties"].items()
                  if key in second["properties"]}  # fmt: skip
        joined["properties"] = {**first["properties"], **second["properties"], **shared}
    if "required" in first and "required" in second:
        joined["required"] = [*first["required"], *second["required"]]
    if "enum" in first and "enum" in second:
        joined["enum"] = [value for value in first["enum"] if value in second["enum"]]
    return joined
