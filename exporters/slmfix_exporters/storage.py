"""How weights are stored in the graph: small on disk, fp32 in every computation.

int8 weight-only storage (one scale per output channel or per vocabulary row) costs a quarter of fp32 and keeps its
speed, because onnxruntime expands constants once at load. Dynamic int8 arithmetic was slower at this size and changed
more outputs (docs/model-package.md). Tied input and output embeddings are stored once.

int4 stores the matrices of the layers in blocks of 32 with a scale and a zero point each, and onnxruntime multiplies
with them as they are (its operator MatMulNBits); embeddings are int8. It is for networks of more than 50 M parameters,
whose speed is that of reading the weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRECISIONS = ("int8", "int4", "fp16", "fp32")
_BLOCK = 32  # weights that share a scale in int4
_INT8_SUMS = 4  # the operator rounds its input to int8, which is faster
_SMALLEST = 1024  # elements; norms and biases stay as they are
_HALF_LIMIT = 65504.0


def store_weights(model: Any, precision: str) -> int:
    """Rewrites the large weights of an ONNX model in place, returns how many; raises ValueError if fp16 overflows."""
    weights = _large_weights(model.graph)
    tied = _untie(model.graph, weights)
    for name, (array, axis) in weights.items():
        if name in tied or precision == "fp32":
            continue
        if precision == "int4" and axis == 1 and len(array) % _BLOCK == 0:
            _store_int4(model, name, array)
        elif precision in ("int8", "int4"):
            _store_int8(model.graph, name, array, axis)
        else:
            _store_half(model.graph, name, array)
    return len(weights)


def _large_weights(graph: Any) -> dict[str, tuple[NDArray[np.float32], int]]:
    """Two-dimensional fp32 weights of MatMul and Gather, with the axis that has a scale for each index."""
    from onnx import TensorProto, numpy_helper

    axes = {}
    for node in graph.node:
        if node.op_type == "Gather":
            axes[node.input[0]] = 0
        elif node.op_type == "MatMul":
            axes.setdefault(node.input[1], 1)
    found = {}
    for item in graph.initializer:
        if item.name in axes and item.data_type == TensorProto.FLOAT and len(item.dims) == 2:
            array = numpy_helper.to_array(item)
            if array.size >= _SMALLEST:
                found[item.name] = (array, axes[item.name])
    return found


def _untie(graph: Any, weights: dict[str, tuple[NDArray[np.float32], int]]) -> set[str]:
    """Makes an output projection that equals the transposed embedding refer to it; returns its names."""
    from onnx import helper

    tied: set[str] = set()
    embeddings = {name: array for name, (array, axis) in weights.items() if axis == 0}
    for name, (array, axis) in weights.items():
        same = next((other for other, rows in embeddings.items() if np.array_equal(rows.T, array)), None)
        if axis == 1 and same:
            _remove(graph, name)
            graph.node.insert(0, helper.make_node("Transpose", [same], [name], perm=[1, 0]))
            tied.add(name)
    return tied


def _remove(graph: Any, name: str) -> None:
    graph.initializer.remove(next(item for item in graph.initializer if item.name == name))


def _store_int8(graph: Any, name: str, array: NDArray[np.float32], axis: int) -> None:
    from onnx import helper, numpy_helper

    scale = np.abs(array).max(axis=1 - axis) / 127
    scale = np.where(scale == 0, 1, scale).astype(np.float32)
    quantised = np.rint(array / np.expand_dims(scale, 1 - axis)).clip(-127, 127).astype(np.int8)
    _remove(graph, name)
    graph.initializer.append(numpy_helper.from_array(quantised, f"{name}.int8"))
    graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
    inputs = [f"{name}.int8", f"{name}.scale"]
    graph.node.insert(0, helper.make_node("DequantizeLinear", inputs, [name], axis=axis))


def quantise_int4(array: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    """Codes (outputs x blocks x 16 bytes, the lower half first), scales (outputs x blocks) and packed zero points of a
    matrix (inputs x outputs); a weight is (code - zero point) * scale."""
    inputs, outputs = array.shape
    blocks = array.T.reshape(outputs, inputs // _BLOCK, _BLOCK)
    low = np.minimum(blocks.min(axis=2), 0)
    scale = (np.maximum(blocks.max(axis=2), 0) - low) / 15
    scale = np.where(scale == 0, 1, scale).astype(np.float32)
    zero = np.rint(-low / scale).clip(0, 15).astype(np.uint8)
    codes = (np.rint(blocks / scale[..., None]) + zero[..., None]).clip(0, 15).astype(np.uint8)
    packed = codes[..., 0::2] | (codes[..., 1::2] << 4)
    if zero.shape[1] % 2:
        zero = np.concatenate([zero, np.zeros((outputs, 1), np.uint8)], axis=1)
    return packed, scale, zero[:, 0::2] | (zero[:, 1::2] << 4)


def _store_int4(model: Any, name: str, array: NDArray[np.float32]) -> None:
    from onnx import helper, numpy_helper

    if all(item.domain != "com.microsoft" for item in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    _remove(model.graph, name)
    codes, scales, zeros = quantise_int4(array)
    parts: dict[str, NDArray[Any]] = {"codes": codes, "scales": scales, "zeros": zeros}
    model.graph.initializer.extend(numpy_helper.from_array(value, f"{name}.{part}") for part, value in parts.items())
    sizes = {"K": array.shape[0], "N": array.shape[1], "bits": 4, "block_size": _BLOCK, "accuracy_level": _INT8_SUMS}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] == name:
            inputs = [node.input[0], *(f"{name}.{part}" for part in parts)]
            new = helper.make_node("MatMulNBits", inputs, node.output, node.name, domain="com.microsoft", **sizes)
            node.CopyFrom(new)


def _store_half(graph: Any, name: str, array: NDArray[np.float32]) -> None:
    from onnx import TensorProto, helper, numpy_helper

    if float(np.abs(array).max()) > _HALF_LIMIT:
        msg = f"{name} has values beyond fp16's range: store as int8 or fp32"
        raise ValueError(msg)
    _remove(graph, name)
    graph.initializer.append(numpy_helper.from_array(array.astype(np.float16), f"{name}.fp16"))
    graph.node.insert(0, helper.make_node("Cast", [f"{name}.fp16"], [name], to=TensorProto.FLOAT))
