"""The first education texts, for tests: those that empty the tables take them away."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

_written = import_module("fincred.companion.migrations.0002_first_texts")
_mended = import_module("fincred.companion.migrations.0007_texts_say_what_they_assume")


def write_texts() -> None:
    _written.write(apps, None)
    _mended.mend(apps, None)
