"""The form of a connection. The key and the values of headers go in and never come out again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from playground.api.profiles import PROFILES
from playground.models import Connection
from playground.runs.starting import target_of
from playground.secrets import Secret
from playground.upstream import door, headers
from playground.upstream.addresses import parse
from playground.upstream.problems import RefusedAddress

MAX_HEADERS = 20
SPARE_ROWS = 2
ASKING = 5  # seconds for a name server

PRICE: dict[str, Any] = {"max_digits": 12, "decimal_places": 6, "min_value": 0, "required": False}


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Empty secrets keep what is stored; a new origin drops it, because a key belongs to whom it was given for."""

    base_url = forms.CharField(
        label=_("Base URL"),
        max_length=2048,
        help_text=_("Without the endpoint: /responses and /chat/completions are added."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    key = forms.CharField(
        label=_("API key"),
        required=False,
        help_text=_("Write only: stored encrypted, sent to this address and nowhere else, never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}, render_value=False),
    )
    profile = forms.ChoiceField(
        label=_("Profile"), required=False, help_text=_("Hints beside the controls, never walls.")
    )
    price_in = forms.DecimalField(label=_("Input"), **PRICE)
    price_cached = forms.DecimalField(label=_("Cached input"), **PRICE)
    price_out = forms.DecimalField(label=_("Output"), **PRICE)
    connect_timeout = forms.IntegerField(label=_("To connect"), min_value=1, max_value=300)
    idle_timeout = forms.IntegerField(label=_("Of silence"), min_value=1, max_value=86_400)
    total_timeout = forms.IntegerField(label=_("In all"), min_value=1, max_value=604_800)
    shared = forms.BooleanField(
        label=_("Open to everyone here"),
        required=False,
        help_text=_("Others can send requests with it. They see its name and address, never its key."),
    )

    class Meta:
        model = Connection
        fields = (
            "name", "base_url", "profile", "default_model", "price_in", "price_cached", "price_out",
            "connect_timeout", "idle_timeout", "total_timeout", "shared",
        )  # fmt: skip
        labels = {"name": _("Name"), "default_model": _("Default model")}

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False  # the host will do
        self.fields["key"].validators = []  # one sentence for whatever is wrong with a key: `clean_key`
        self.fields["profile"].choices = [  # type: ignore[attr-defined]
            ("", _("guessed from the model's name")),
            *((profile.slug, profile.title) for profile in PROFILES.values()),
        ]
        if not may_share:
            del self.fields["shared"]
        target = target_of(self.instance) if self.instance.headers else None
        self.stored_headers = {name: value.reveal() for name, value in target.headers.items()} if target else {}
        self.cleared = False  # whether a new origin dropped a stored secret
        for name, field in self.fields.items():
            if name != "shared":
                wire = " input--wire" if name in ("base_url", "key", "default_model") else ""
                field.widget.attrs["class"] = "input" + wire
        self.fields["default_model"].widget.attrs.update({"list": "found", "dir": "ltr", "spellcheck": "false"})

    @property
    def known(self) -> set[str]:
        """Every name this form takes; a request with another one is not from this form."""
        return {*self.fields, "key", "header_name", "header_value", "header_was", "then", "csrfmiddlewaretoken"}

    # -- one field at a time

    def clean_base_url(self) -> str:
        text: str = self.cleaned_data["base_url"].strip()
        for ending in ("/responses", "/chat/completions", "/models"):
            if text.rstrip("/").endswith(ending):
                raise ValidationError(_("Leave out %(ending)s: the endpoint is added."), params={"ending": ending})
        try:
            self.base = parse(text)
        except RefusedAddress as problem:
            raise ValidationError(problem.sentence) from None
        return text

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"].strip()
        key = key.removeprefix("Bearer ").strip()
        if key and not headers.usable_key(key):
            raise ValidationError(_("This is not a valid key: it has a space, a line break or letters no key has."))
        return key

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("name", "x").strip() and hasattr(self, "base"):
            data["name"] = self.base.authority[:100]
        self.new_headers = self._clean_headers()
        return data

    async def check_address(self) -> None:
        """Whether requests could go there as things are now. What really counts is asked again for every request."""
        try:
            async with asyncio.timeout(ASKING):
                await door.default().check(self.cleaned_data["base_url"])
        except RefusedAddress as problem:
            self.add_error("base_url", problem.sentence)
        except TimeoutError:
            pass  # a slow name server is no reason not to save

    # -- the headers, rows of name and value

    def header_rows(self) -> list[dict[str, Any]]:
        """What stands in the form: names, and whether a value is stored, but never the value."""
        if self.is_bound:
            rows = [
                {"name": name, "was": was, "stored": was in self.stored_headers} for name, _value, was in self._given()
            ]
        else:
            rows = [{"name": name, "was": name, "stored": True} for name in self.stored_headers]
        empty = {"name": "", "was": "", "stored": False}
        return [row for row in rows if row["name"]] + [empty] * SPARE_ROWS

    def _given(self) -> list[tuple[str, str, str]]:
        if not hasattr(self.data, "getlist"):
            return []
        names, values, was = (self.data.getlist(f"header_{part}") for part in ("name", "value", "was"))
        # Rows that are not whole are no rows of this form.
        return [(name.strip(), value.strip(), old) for name, value, old in zip(names, values, was, strict=False)]

    def _clean_headers(self) -> dict[str, str | None]:
        """Name -> the new value, or None to keep the stored one."""
        found: dict[str, str | None] = {}
        for name, value, was in self._given():
            if not name:
                continue
            if headers.refused_name(name):
                self._refuse(
                    _("%(name)s cannot be set: it is not a header name, or it belongs to the connection itself."), name
                )
            elif not headers.usable_value(value):
                self._refuse(
                    _("The value of %(name)s cannot be sent: it has a line break or letters no header has."), name
                )
            elif name.lower() in (other.lower() for other in found):
                self._refuse(_("%(name)s stands there twice."), name)
            elif not value and was not in self.stored_headers:
                self._refuse(_("%(name)s has no value."), name)
            else:
                found[name] = value or None
        if len(found) > MAX_HEADERS:
            raise ValidationError(_("At most %(count)s headers can be set."), params={"count": MAX_HEADERS})
        return found

    def _refuse(self, text: Any, name: str) -> None:
        self.add_error(None, ValidationError(text, params={"name": name[:100]}))

    # -- keeping it

    def save(self, commit: bool = True, drop_key: bool = False) -> Connection:
        connection: Connection = super().save(commit=False)
        moved = self._moved()
        kept = {} if moved else self.stored_headers
        was = {name: old for name, _value, old in self._given()}
        values = {
            name: kept.get(was.get(name, ""), "") if value is None else value
            for name, value in self.new_headers.items()
        }
        typed = self.cleaned_data.get("key") or ""
        self.cleared = moved and bool((connection.key and not typed) or (self.stored_headers and "" in values.values()))
        if typed or drop_key or moved:
            connection.key = Secret("" if drop_key else typed)
        connection.headers = Secret(
            json.dumps({name: value for name, value in values.items() if value}) if values else ""
        )
        if moved:
            connection.models_found, connection.tested = [], None
        if commit:
            connection.save()
        return connection

    def _moved(self) -> bool:
        """Whether the origin is another one than the stored secrets were given for."""
        before = self.initial.get("base_url") if self.instance.pk and not self.instance._state.adding else None
        if not before:
            return False
        try:
            return parse(before).origin != self.base.origin
        except RefusedAddress:
            return True
