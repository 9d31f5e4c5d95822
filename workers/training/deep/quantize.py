"""Writes the fine-tuned network as int8 ONNX, node by node, with the fused operators of onnxruntime.

Weights have seven bits: processors without VNNI add pairs of products in 16 bits, which eight bits would overflow. Activations are
quantized when a text is read. The graph reads one text at a time: in a batch the scale of one text would depend on the others.
"""

import json
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from workers.training.deep.network import EPSILON, HEADS, LAYERS, Network

CONTRIB = "com.microsoft"
#: The places of a window with its two marks, and some to spare.
KEPT_PLACES = 66
#: The largest absolute value of a weight of seven bits, and of an embedding of eight.
SEVEN_BITS, EIGHT_BITS = 63, 127
#: Weights of fewer bytes stand in the graph itself.
FEWEST_MAPPED = 4096


@dataclass(slots=True)
class _Graph:
    """An ONNX graph that grows: each `add` appends one node and returns the name of its output."""

    weights: dict[str, np.ndarray]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: object) -> str:
        names = [f"{operator}_{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return names[0]

    def dense(self, hidden: str, *layers: str) -> str:
        """A dense step in int8. Several layers with the same input are one product."""
        weight = np.concatenate([self.weights[f"{layer}.weight"] for layer in layers]).T
        bias = np.concatenate([self.weights[f"{layer}.bias"] for layer in layers])
        whole, scale = quantized(weight, SEVEN_BITS, axis=0)
        name = layers[0]
        stored = (self.constant(f"{name}.int8", whole), self.constant(f"{name}.scale", scale.ravel()))
        zero = self.constant(f"{name}.zero", np.zeros(scale.size, np.int8))
        return self.add("DynamicQuantizeMatMul", hidden, *stored, zero, self.constant(f"{name}.bias", bias), domain=CONTRIB)

    def sum_normalized(self, hidden: str, added: str, norm: str) -> str:
        gain, shift = (self.constant(f"{norm}.{part}", self.weights[f"{norm}.{part}"]) for part in ("weight", "bias"))
        return self.add("SkipLayerNormalization", hidden, added, gain, shift, domain=CONTRIB, epsilon=EPSILON)


def quantized(weight: np.ndarray, most: int, *, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers up to `most`, and the scale of each row or column."""
    scale = np.maximum(np.abs(weight).max(axis=axis, keepdims=True), 1e-9) / most
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def onnx_bytes(network: Network, pieces: list[str], calibration: dict[str, float]) -> bytes:
    """The model as bytes: input `pieces` [1, n] (int64), output `logits` [1, 2]: attack, hate. Vocabulary and
    calibration are its metadata."""
    graph = _Graph({name: value.detach().numpy() for name, value in network.state_dict().items()})
    hidden = _embedded(graph)
    for at in range(LAYERS):
        hidden = _layer(graph, hidden, f"layers.{at}")
    axes = graph.constant("axes", np.array([1], np.int64))
    mean = graph.add("ReduceMean", hidden, axes, keepdims=0)
    heads = graph.constant("heads.weight", graph.weights["heads.weight"])
    graph.nodes.append(
        helper.make_node("Gemm", [mean, heads, graph.constant("heads.bias", graph.weights["heads.bias"])], ["logits"], transB=1)
    )
    given = helper.make_tensor_value_info("pieces", TensorProto.INT64, [1, "tokens"])
    result = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2])
    whole = helper.make_graph(graph.nodes, "greenroom", [given], [result], graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=9, producer_name="greenroom")
    helper.set_model_props(model, {"vocabulary": "\n".join(pieces), "calibration": json.dumps(calibration)})
    return bytes(model.SerializeToString(deterministic=True))


def mapped(stored: bytes, file: str) -> bytes:
    """The same graph, with its large weights as places in `file`, which holds these bytes. onnxruntime maps them from there instead
    of copying them, so processes share them, and the system can take their pages back."""
    model = onnx.load_from_string(stored)
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) >= FEWEST_MAPPED:
            set_external_data(tensor, file, offset=stored.index(tensor.raw_data), length=len(tensor.raw_data))
            tensor.ClearField("raw_data")
    return bytes(model.SerializeToString(deterministic=True))


def _embedded(graph: _Graph) -> str:
    whole, scale = quantized(graph.weights["words.weight"], EIGHT_BITS, axis=1)
    words = graph.add("Gather", graph.constant("words.int8", whole), "pieces")
    scales = graph.add("Gather", graph.constant("words.scale", scale), "pieces")
    words = graph.add("Mul", graph.add("Cast", words, to=TensorProto.FLOAT), scales)
    zero, one = (graph.constant(name, np.array([value], np.int64)) for name, value in (("zero", 0), ("one", 1)))
    length = graph.add("Slice", graph.add("Shape", "pieces"), one, graph.constant("two", np.array([2], np.int64)))
    places = graph.add("Slice", graph.constant("places", graph.weights["places.weight"][:KEPT_PLACES]), zero, length, zero)
    places = graph.add("Unsqueeze", places, zero)
    return graph.sum_normalized(words, places, "norm")


def _layer(graph: _Graph, hidden: str, layer: str) -> str:
    joined = graph.dense(hidden, f"{layer}.query", f"{layer}.key", f"{layer}.value")
    first = graph.add("Split", joined, outputs=3, axis=2, num_outputs=3)
    parts = (first, first[:-1] + "1", first[:-1] + "2")
    seen = graph.add("MultiHeadAttention", *parts, domain=CONTRIB, num_heads=HEADS)
    hidden = graph.sum_normalized(hidden, graph.dense(seen, f"{layer}.output"), f"{layer}.norm")
    inner = graph.add("Gelu", graph.dense(hidden, f"{layer}.inner"), domain=CONTRIB)
    return graph.sum_normalized(hidden, graph.dense(inner, f"{layer}.outer"), f"{layer}.outer_norm")
