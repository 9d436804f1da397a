"""Measure conv1x1 beside its peers: ``make bench``.

Neither pytest-benchmark nor asv is used: the first runs every contender to its end before the
next, the second gives each a process of its own. On a machine that other work shares, the ratio
of two such times says more about the machine than about the code. Here all contenders of a layer
take turns in one process, on the same threads, and only the ratios of their best times are shown.

A peer that is not installed is left out. All compute in single precision, on arrays that are
already in the form that the library asks for. With ``--threads 1`` the processor's own time is
taken, from which other work on the machine takes nothing away.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from math import prod
from pathlib import Path
from statistics import geometric_mean, median
from time import perf_counter, process_time
from typing import Any

PARSER = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
PARSER.add_argument("--threads", type=int, default=os.cpu_count(), help="of every contender")
PARSER.add_argument("--rounds", type=int, default=8, help="turns that each contender gets")
PARSER.add_argument("--turn", type=float, default=0.06, help="seconds that a turn lasts")
PARSER.add_argument("--only", default="", help="measure the layers with this in their name")
PARSER.add_argument("--devices", nargs="*", help="of PyTorch; by default CUDA's, if there is one")
PARSER.add_argument("--spellings", type=Path, help="measure PyTorch's ways to write it, into FILE")
PARSER.add_argument("--json", type=Path, default=Path("_build/bench.json"))
OPTIONS = PARSER.parse_args()

# Libraries ask how many threads they may use when they are loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(OPTIONS.threads)
if hasattr(os, "sched_setaffinity"):  # JAX has no setting, but counts the cores it may run on
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: OPTIONS.threads])

import numpy as np  # noqa: E402
from layers import LAYERS, Layer  # noqa: E402

from conv1x1 import conv1x1, conv1x1_backward  # noqa: E402

Contenders = dict[str, Callable[[], Any]]
OURS, PRODUCT, STREAM = "conv1x1", "product", "stream"
CLOCK = process_time if OPTIONS.threads == 1 else perf_counter
INSTALLED = {name for name in ("torch", "onnxruntime", "onnx", "jax") if find_spec(name)}
DEVICES = OPTIONS.devices or []
if OPTIONS.devices is None and "torch" in INSTALLED:
    import torch

    DEVICES = ["cuda"] if torch.cuda.is_available() else []


# -- Who takes part --------------------------------------------------------------------------------


def forward(x: np.ndarray, weight: np.ndarray) -> tuple[Contenders, Contenders]:
    """Return the contenders, and what bounds them: products into a given place, and streaming."""
    batch, in_channels = x.shape[:2]
    out_channels = len(weight)
    columns = np.ascontiguousarray(x.reshape(batch, in_channels, -1).swapaxes(0, 1))
    columns = columns.reshape(in_channels, -1)
    out = np.empty((out_channels, columns.shape[1]), x.dtype)
    half = np.empty((x.size + weight.size + out.size) // 2, x.dtype)
    place = np.ones_like(half)
    contenders: Contenders = {OURS: lambda: conv1x1(x, weight)}
    limits: Contenders = {
        PRODUCT: lambda: np.matmul(weight, columns, out=out),
        f"{PRODUCT} transposed": lambda: np.matmul(columns.T, weight.T, out=out.T),
        STREAM: lambda: np.copyto(place, half),
    }
    if "torch" in INSTALLED:
        import torch

        tensor, kernel = torch.from_numpy(x), torch.from_numpy(weight[:, :, None, None])
        operands = [torch.from_numpy(array) for array in (weight, columns)]
        to = torch.from_numpy(out)
        contenders["torch"] = lambda: torch.nn.functional.conv2d(tensor, kernel)
        limits[f"{PRODUCT} torch"] = lambda: torch.mm(*operands, out=to)
    if {"onnxruntime", "onnx"} <= INSTALLED:
        contenders["onnxruntime"] = onnx_session(x, weight)
    if "jax" in INSTALLED:
        import jax

        image, filters = jax.numpy.asarray(x), jax.numpy.asarray(weight[:, :, None, None])
        conv = jax.jit(lambda x, w: jax.lax.conv(x, w, (1, 1), "VALID"))
        contenders["jax"] = lambda: conv(image, filters).block_until_ready()
    return contenders, limits


def backward(x: np.ndarray, weight: np.ndarray) -> Contenders:
    """Return the contenders; each gives the gradients of x and of the weights."""
    grad = np.ones((len(x), len(weight), *x.shape[2:]), x.dtype)
    kernel = weight[:, :, None, None]
    contenders: Contenders = {OURS: lambda: conv1x1_backward(x, kernel, grad)}
    if "torch" in INSTALLED:
        import torch

        operands = [torch.from_numpy(array) for array in (grad, x, kernel)]
        settings = ([len(weight)], [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [True] * 3)
        convolution_backward = torch.ops.aten.convolution_backward
        contenders["torch"] = lambda: convolution_backward(*operands, *settings)
    if "jax" in INSTALLED:
        import jax

        given = [jax.numpy.asarray(array) for array in (x, kernel, grad)]

        @jax.jit
        def gradients(x: Any, w: Any, g: Any) -> Any:
            _, back = jax.vjp(lambda x, w: jax.lax.conv(x, w, (1, 1), "VALID"), x, w)
            return *back(g), g.sum((0, 2, 3))

        contenders["jax"] = lambda: jax.block_until_ready(gradients(*given))
    return contenders


def on_device(x: np.ndarray, weight: np.ndarray, place: str) -> Contenders:
    """Return conv1x1 and PyTorch's own convolution on tensors of a device, each to its end."""
    import torch

    # Else the convolution would round its operands to ten bits, and the product would not.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    image, kernel = (torch.from_numpy(array).to(place) for array in (x, weight[:, :, None, None]))

    def to_its_end(operation: Callable[..., Any]) -> Callable[[], Any]:
        def call() -> Any:
            out = operation(image, kernel)
            if image.is_cuda:
                torch.cuda.synchronize()
            return out

        return call

    return {OURS: to_its_end(conv1x1), "torch": to_its_end(torch.nn.functional.conv2d)}


def onnx_session(x: np.ndarray, weight: np.ndarray) -> Callable[[], Any]:
    """Return a call of ONNX Runtime, with the weights in the model, as they are in use."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node("Conv", ["x", "weight"], ["out"], kernel_shape=[1, 1])
    maps = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)]
    out = [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)]
    kernel = numpy_helper.from_array(weight[:, :, None, None], "weight")
    graph = helper.make_graph([node], "conv1x1", maps, out, [kernel])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = OPTIONS.threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )
    feed = {"x": onnxruntime.OrtValue.ortvalue_from_numpy(x)}
    return lambda: session.run_with_ort_values(["out"], feed)


def spellings(x: np.ndarray, weight: np.ndarray) -> Contenders:
    """Return the ways to write the layer in PyTorch, each on an input that lies as it asks for."""
    import torch

    conv = torch.nn.functional.conv2d
    matrix, first = torch.from_numpy(weight), torch.from_numpy(x)
    kernel, last = matrix[:, :, None, None], first.movedim(1, -1).contiguous()
    views = [t.contiguous(memory_format=torch.channels_last) for t in (first, kernel)]
    return {
        "Conv2d, channels first": lambda: conv(first, kernel),
        "Conv2d, channels last": lambda: conv(*views),
        "Linear, channels last": lambda: torch.nn.functional.linear(last, matrix),
        "einsum, channels first": lambda: torch.einsum("oi,nihw->nohw", matrix, first),
        "matmul, channels first": lambda: matrix @ first.flatten(2),
    }


# -- How long they take ----------------------------------------------------------------------------


def best_times(contenders: Contenders) -> dict[str, float]:
    """Let the contenders take turns, and return the seconds of the best call of each.

    A turn is many calls, as the threads of the one before may spin for some milliseconds.
    """
    best, calls = {}, {}
    for name, call in contenders.items():
        call()  # compiles, and finds the memory
        start = CLOCK()
        call()
        best[name] = CLOCK() - start
        calls[name] = max(1, int(1e-4 / best[name]))  # a look at the clock is then no cost
    for _ in range(OPTIONS.rounds):
        for name, call in contenders.items():
            end = perf_counter() + OPTIONS.turn
            while perf_counter() < end:
                start = CLOCK()
                for _ in range(calls[name]):
                    call()
                best[name] = min(best[name], (CLOCK() - start) / calls[name])
    return best


def check(contenders: Contenders, expected: np.ndarray) -> None:
    """Stop if a contender computes something else."""
    for name, call in contenders.items():
        value = call()
        value = value[0].numpy() if isinstance(value, list) else np.asarray(value)
        np.testing.assert_allclose(value, expected, rtol=1e-3, atol=1e-3, err_msg=name)


def operands(layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Return an input and weights of a layer."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(layer.batch, layer.in_channels, *layer.size)).astype(np.float32)
    weight = rng.normal(size=(layer.out_channels, layer.in_channels)).astype(np.float32)
    return x, weight


def measure(layer: Layer) -> dict[str, Any]:
    """Return the best times of a layer in seconds, forwards and backwards, and its limit."""
    x, weight = operands(layer)
    contenders, limits = forward(x, weight)
    check(contenders, np.einsum("oi,nihw->nohw", weight, x, optimize=True))
    times = best_times(contenders | limits)
    product = min(time for name, time in times.items() if name.startswith(PRODUCT))
    devices = {place: best_times(on_device(x, weight, place)) for place in DEVICES}
    return {
        **layer._asdict(),
        "forward": {name: times[name] for name in contenders},
        "limits": {name: times[name] for name in limits},
        "limit": max(product, times[STREAM]),
        "backward": best_times(backward(x, weight)),
        "devices": devices,
        "macs": layer.batch * layer.out_channels * layer.in_channels * prod(layer.size),
    }


# -- What is shown ---------------------------------------------------------------------------------


def ratios(times: dict[str, float]) -> dict[str, float]:
    """Return how many times as long as ours each peer takes."""
    return {name: time / times[OURS] for name, time in times.items() if name != OURS}


def row(*cells: Any) -> None:
    """Print a row of the table: the name, and numbers in columns."""
    name, *numbers = cells
    print(f"{name:<28}" + "".join(f"{number:>12}" for number in numbers), flush=True)


def setting() -> dict[str, Any]:
    """Return what the ratios depend on beside the code."""
    prefixes = ("OPENBLAS_", "OMP_", "MKL_", "ONEDNN_", "ATEN_", "XLA_")
    return {
        "machine": platform.machine(),
        "threads": OPTIONS.threads,
        "versions": {name: version(name) for name in ("numpy", *sorted(INSTALLED))},
        "environment": {k: v for k, v in os.environ.items() if k.startswith(prefixes)},
    }


def processor() -> str:
    """Return the name that the processor gives itself, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def measure_spellings() -> None:
    """Measure the ways to write each layer in PyTorch, and write the times as JSON."""
    if "torch" not in INSTALLED:
        sys.exit("To measure the ways to write it in PyTorch, install PyTorch.")
    found = []
    for layer in LAYERS:
        if OPTIONS.only in layer.name:
            ways = spellings(*operands(layer))
            expected = ways["Conv2d, channels first"]().numpy()
            for name, call in ways.items():
                value = call().numpy()
                value = np.moveaxis(value, -1, 1) if name.startswith("Linear") else value
                value = value.reshape(expected.shape)
                np.testing.assert_allclose(value, expected, rtol=1e-3, atol=1e-3, err_msg=name)
            # Twice, so that a reader sees how much of a ratio is chance.
            times = {key: best_times(ways) for key in ("seconds", "again")}
            found.append({**layer._asdict(), **times})
            print(layer.name, *(f"{time * 1e6:.1f} µs" for time in found[-1]["seconds"].values()))
    versions = {name: version(name).partition("+")[0] for name in ("numpy", "torch")}
    report = {"processor": processor(), "threads": OPTIONS.threads, "versions": versions}
    text = json.dumps({**report, "layers": found}, indent=1, ensure_ascii=False)
    OPTIONS.spellings.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Measure every layer, print the ratios, and write all times as JSON."""
    if "OPENBLAS_CORETYPE" in os.environ:
        print(f"NumPy is held to {os.environ['OPENBLAS_CORETYPE']} by OPENBLAS_CORETYPE.")
    peers = [name for name in ("torch", "onnxruntime", "jax") if name in INSTALLED]
    trained = [name for name in peers if name != "onnxruntime"]
    print("Time of a peer over that of conv1x1: above 1, conv1x1 is faster.")
    on_devices = (f"torch {place}" for place in DEVICES)
    row("layer", "µs", *peers, "limit", *(f"back {name}" for name in trained), *on_devices)
    found = []
    for layer in LAYERS:
        if OPTIONS.only not in layer.name:
            continue
        result = measure(layer)
        found.append(result)
        ahead, back = ratios(result["forward"]), ratios(result["backward"])
        row(
            layer.name + (f", batch {layer.batch}" if layer.batch > 1 else ""),
            f"{result['forward'][OURS] * 1e6:.1f}",
            *(f"{ahead[name]:.2f}" if name in ahead else "" for name in peers),
            f"{result['limit'] / result['forward'][OURS]:.0%}",
            *(f"{back[name]:.2f}" for name in trained),
            *(f"{ratios(result['devices'][place])['torch']:.2f}" for place in DEVICES),
        )
    if not found:
        sys.exit(f"No layer has {OPTIONS.only!r} in its name.")
    summary = {"overhead": found[0]["forward"][OURS] - found[0]["limits"][PRODUCT]}
    print(f"Overhead on the first layer: {summary['overhead'] * 1e6:.1f} µs over the product.")
    if peers:
        medians = [median(ratios(result["forward"]).values()) for result in found]
        summary["geometric mean of the median peer"] = geometric_mean(medians)
        print(f"Geometric mean of the median peer: {geometric_mean(medians):.2f}")
    OPTIONS.json.parent.mkdir(parents=True, exist_ok=True)
    OPTIONS.json.write_text(json.dumps({**setting(), **summary, "layers": found}, indent=1))
    print(f"All times: {OPTIONS.json}")


if __name__ == "__main__":
    measure_spellings() if OPTIONS.spellings else main()
