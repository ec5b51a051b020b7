#!/usr/bin/env python
"""Django's command line, with the playground's settings."""

import os
import sys

from django.core.management import execute_from_command_line

from playground.environment import BadSetting

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    try:
        execute_from_command_line(sys.argv)
    except BadSetting as problem:
        sys.exit(f"{problem}")
