import os
import sys

import tests.environment  # noqa: F401  (clean surroundings, before anything reads a setting)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

import django

django.setup()

from tests import registry, soak  # noqa: E402

if __name__ == "__main__":
    sys.exit(registry.run(soak, "soak_", sys.argv[1:]))
