"""The forms of accounts: log in, make an account, be the first owner, change one's password."""

from __future__ import annotations

import hmac
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from playground.accounts import tries
from playground.accounts.owner import first_owner_code
from playground.models import User

TOO_OFTEN = "too_often"
PASSWORD_RULE = _("At least 8 characters, and none of the common ones.")


def check_tries(request: Any, name: str) -> None:
    """One text for every name, whether there is such an account or not."""
    wait = tries.seconds_to_wait(request, name)
    if wait:
        text = ngettext_lazy(
            "Too many tries. Try again in %(wait)d second.", "Too many tries. Try again in %(wait)d seconds.", "wait"
        )
        raise ValidationError(text, TOO_OFTEN, {"wait": wait})


class Dressed(forms.BaseForm):
    """Puts our class on every control."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class LoginForm(Dressed, AuthenticationForm):
    error_messages = {
        "invalid_login": _("That name and password do not belong together."),
        "inactive": _("That name and password do not belong together."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Name")

    def clean(self) -> dict[str, Any]:
        check_tries(self.request, self.cleaned_data.get("username") or "")
        return super().clean()

    @property
    def came_too_often(self) -> bool:
        return self.has_error("__all__", TOO_OFTEN)


class OwnPasswordForm(Dressed, PasswordChangeForm):
    """The signed-in person's own password, old and new."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_RULE
        self.fields["new_password2"].label = _("New password, once more")
        self.fields["new_password2"].help_text = ""


class AccountForm(Dressed, forms.ModelForm):  # type: ignore[type-arg]
    """A new account: a name and a password to hand over."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_RULE,
    )

    class Meta:
        model = User
        fields = ("username",)
        field_classes = {"username": UsernameField}
        labels = {"username": _("Name")}
        help_texts = {"username": ""}

    def clean_username(self) -> str:
        """`Aiko` and `aiko` would be taken for one another."""
        name = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an account of that name."))
        return name

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        password = self.cleaned_data.get("password")
        if password:
            try:
                validate_password(password, self.instance)
            except ValidationError as problem:
                self.add_error("password", problem)

    def save(self, commit: bool = True) -> User:
        account: User = super().save(commit=False)
        account.set_password(self.cleaned_data["password"])
        if commit:
            account.save()
        return account


class FirstOwnerForm(AccountForm):
    """The first account. Its code was printed in the terminal: who can read that owns the server."""

    code = forms.CharField(
        label=_("Code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        help_text=_("It was printed in the terminal where the playground was started."),
    )
    field_order = ("code", "username", "password")

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_code(self) -> str:
        check_tries(self.request, "the first owner")
        given = "".join(character for character in self.cleaned_data["code"].upper() if character.isalnum())
        if not hmac.compare_digest(given.encode(), first_owner_code().replace("-", "").encode()):
            raise ValidationError(_("That is not the code."))
        return given
