import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession

from conv1x1 import conv1x1


def run(operator, x, *weights, **attributes):
    """Run a model of one operator."""
    names = [f"weight_{k}" for k in range(len(weights))]
    node = helper.make_node(operator, ["x", *names], ["y"], **attributes)
    info, kind = helper.make_tensor_value_info, TensorProto.FLOAT
    ends = [info("x", kind, x.shape)], [info("y", kind, None)]
    given = [*map(numpy_helper.from_array, weights, names)]
    graph = helper.make_graph([node], "one", *ends, given)
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    session = InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": x})[0]


rng = np.random.default_rng(0)
x = rng.normal(size=(2, 6, 5, 7)).astype("float32")  # (N, C, H, W)
weight = rng.normal(size=(4, 6)).astype("float32")
bias = rng.normal(size=4).astype("float32")
rows = np.moveaxis(x, 1, -1).reshape(-1, 6)  # (N·H·W, C)

by_conv = run("Conv", x, weight[:, :, None, None], bias)
by_gemm = run("Gemm", rows, weight.T.copy(), bias)  # transB=0
by_flag = run("Gemm", rows, weight, bias, transB=1)  # (4, 6), as it is
by_matmul = run("MatMul", rows, weight.T.copy()) + bias

expected = conv1x1(x, weight, bias)
np.testing.assert_allclose(by_conv, expected, rtol=1e-4, atol=1e-5)
expected = np.moveaxis(expected, 1, -1).reshape(-1, 4)
for found in (by_gemm, by_flag, by_matmul):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
