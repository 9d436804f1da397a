"""Settings of every test: Hypothesis draws the same examples each time, and has no clock."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "conv1x1",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],  # says more about the machine than about a test
)
settings.load_profile("conv1x1")

# Sphinx writes in colour where CI is set, and the tests read what it writes.
os.environ["NO_COLOR"] = "1"
