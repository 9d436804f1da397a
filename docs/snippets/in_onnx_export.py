import io

import numpy as np
import onnx
import torch
from onnxruntime import InferenceSession
from torch import nn

from conv1x1 import conv1x1


def export(layer, x):
    """Return the operators of an exported layer, and what it computes."""
    file = io.BytesIO()
    torch.onnx.export(layer, (x,), file, dynamo=False)
    graph = onnx.load_from_string(file.getvalue()).graph
    session = InferenceSession(
        file.getvalue(), providers=["CPUExecutionProvider"]
    )
    inputs = {session.get_inputs()[0].name: x.numpy()}
    (result,) = session.run(None, inputs)
    return [node.op_type for node in graph.node], result


x = torch.randn(2, 5, 7, 6)  # (N, H, W, C)
linear, conv = nn.Linear(6, 4), nn.Conv2d(6, 4, kernel_size=1)
operators, found = export(linear, x)

assert operators == ["MatMul", "Add"]
assert export(linear, x.reshape(-1, 6))[0] == ["Gemm"]
assert export(conv, x.movedim(-1, 1))[0] == ["Conv"]

weight, bias = (p.detach().numpy() for p in linear.parameters())
expected = conv1x1(x.numpy(), weight, bias, axis=-1)
np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
