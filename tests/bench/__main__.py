import sys

import tests.environment  # noqa: F401  (clean surroundings, before anything reads a setting)
from tests import bench, registry

if __name__ == "__main__":
    sys.exit(registry.run(bench, "bench_", sys.argv[1:]))
