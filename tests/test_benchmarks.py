"""Tests of tests/benchmarks: that ``make bench`` runs, whatever is installed beside NumPy."""

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent / "benchmarks" / "bench.py"


def test_the_benchmark_runs(tmp_path: Path) -> None:
    """It measures the layers that are asked for, prints a row for each, and writes all times."""
    options = ["--only", "GoogLeNet 192", "--rounds", "1", "--turn", "0.001", "--threads", "1"]
    written = tmp_path / "new" / "bench.json"
    command = [sys.executable, str(BENCH), *options, "--json", str(written)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(written.read_text(encoding="utf-8"))
    assert [layer["name"] for layer in report["layers"]] == ["GoogLeNet 192→64", "GoogLeNet 192→16"]
    assert report["threads"] == 1
    for layer in report["layers"]:
        assert f"\n{layer['name']}" in done.stdout
        for times in (layer["forward"], layer["backward"], layer["limits"]):
            assert min(times.values()) > 0
        assert layer["limit"] in layer["limits"].values()
        assert "conv1x1" in layer["forward"]


def test_no_such_layer(tmp_path: Path) -> None:
    """To measure nothing is an error."""
    command = [sys.executable, str(BENCH), "--only", "AlexNet", "--json", str(tmp_path / "b.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "No layer has 'AlexNet' in its name." in done.stderr
