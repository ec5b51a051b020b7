"""Every string a person may read is collected, and catalogues are held against what is collected."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from playground.translations import Message, bring_up_to_date, collect, faults, in_python, in_template

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
a = _("one " "sentence")
b = ngettext("%(count)s run", "%(count)s runs", 3) % {"count": 3}
c = pgettext_lazy("theme", "dark")
d = _(a)
e = other("not me")
"""
TEMPLATE = """{% load i18n %}
{% translate "Plain" %} {% translate 'With "quotes"' as x %} {% translate "dark" context "theme" %}
{% blocktranslate trimmed count n=n with who=name|upper %}
  {{ who }} has {{ n }} run
{% plural %}
  {{ who }} has {{ n }} runs
{% endblocktranslate %}
<a title="{% translate "In an attribute" %}">{% include "x" with title=_("Passed on") %}</a>
{{ "not me" }} <p>gettext is a word</p>
"""


@cache
def messages() -> dict[Message, list[str]]:
    return collect(Path(__file__).parent.parent)


def test_python_is_read_by_its_syntax() -> None:
    assert set(in_python(PYTHON)) == {
        Message("one sentence"),
        Message("%(count)s run", "%(count)s runs"),
        Message("dark", context="theme"),
    }


def test_templates_are_read_as_django_reads_them() -> None:
    assert set(in_template(TEMPLATE)) == {
        Message("Plain"),
        Message('With "quotes"'),
        Message("dark", context="theme"),
        Message("%(who)s has %(n)s run", "%(who)s has %(n)s runs"),
        Message("In an attribute"),
        Message("Passed on"),
    }


def test_the_code_s_own_messages_are_found() -> None:
    found = messages()

    assert Message("Sessions") in found
    assert len(found) > 500


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_every_language_says_everything(language: str) -> None:
    catalogue = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"

    assert faults(catalogue, messages()) == [], "`manage.py messages` brings it up to date"


def test_a_translation_that_is_in_doubt_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    bring_up_to_date(path, "ar", {Message("old %(x)s"): ["a"]})
    catalogue = polib.pofile(str(path))
    catalogue[0].msgstr, catalogue[0].flags = "قديم %(x)s", ["fuzzy", "python-format"]
    catalogue.save()

    bring_up_to_date(path, "ar", {Message("old %(x)s"): ["a"]})

    assert faults(path, {Message("old %(x)s"): ["a"]}) == ["not translated: 'old %(x)s'"]


def test_a_catalogue_is_brought_up_to_date_and_keeps_its_translations(tmp_path: Path) -> None:
    path = tmp_path / "ar" / "LC_MESSAGES" / "django.po"
    bring_up_to_date(path, "ar", {Message("old"): ["a"], Message("kept"): ["a"]})
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        entry.msgstr = "محفوظ"
    catalogue.save()

    bring_up_to_date(path, "ar", {Message("kept"): ["b"], Message("%(n)s run", "%(n)s runs"): ["b"]})

    entries = {entry.msgid: entry for entry in polib.pofile(str(path))}
    assert set(entries) == {"kept", "%(n)s run"}
    assert entries["kept"].msgstr == "محفوظ"
    assert len(entries["%(n)s run"].msgstr_plural) == 6


def test_what_a_catalogue_lacks_is_named(tmp_path: Path) -> None:
    messages = {Message("a %(x)s"): ["f"], Message("b"): ["f"], Message("c"): ["f"], Message("d"): ["f"]}
    path = tmp_path / "django.po"
    bring_up_to_date(path, "it", {**messages, Message("gone"): ["f"]})
    catalogue = polib.pofile(str(path))
    for entry, text in zip(catalogue, ("a senza", "bi", "", "di"), strict=False):
        entry.msgstr = text
    catalogue.find("d").flags.append("fuzzy")
    catalogue.find("gone").msgstr = "andato"
    catalogue.save()

    assert sorted(faults(path, {**messages, Message("new"): ["f"]})) == [
        "missing: 'new'",
        "no longer used: 'gone'",
        "not translated: 'c'",
        "not translated: 'd'",
        "other blanks: 'a %(x)s' in 'a senza'",
    ]


@pytest.mark.parametrize("language", ["it", "ar"])
@pytest.mark.parametrize("name", ["DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "SHORT_DATETIME_FORMAT"])
def test_the_day_comes_before_the_month(language: str, name: str) -> None:
    moment = datetime(2026, 11, 9, 22, 19, tzinfo=UTC)

    with override(language):
        said = date_format(moment, name)
        month = "11" if name.startswith("SHORT") else date_format(moment, "F")

    assert said.index("9") < said.index(month), said
