"""A Keras network as a PyTorch module with the same weights, to be trained quickly on a CPU.

The network stays described once, in Keras, which it is loaded from, saved by and converted from. PyTorch's convolutions
on a CPU, in bfloat16 and with the channels last in memory, are several times as fast as those that Keras reaches by
either of its back ends (`python -m benchmarks.training`).
"""

import keras

from fers.inference.runtimes import EMOTION
from training.torch_layers import ends_in_softmax, translated, without_softmax
from training.torch_weights import Tensor, nn, refused, torch

__all__ = ["TorchNetwork", "torch"]


class TorchNetwork(nn.Module):
    """The functional network `network`, whose weights it begins with and that `write_back` gives them to.

    `forward` takes batch x channels x height x width and returns the outputs by name: of those that end in a softmax
    the logits.
    """

    def __init__(self, network: keras.Model):
        """Raises ValueError for a layer, or a setting of one, that is not known here."""
        super().__init__()
        self._network = network
        self._steps: list[tuple[str, list[int], int]] = []
        """Which layer makes which tensor of which others, by their identity in the graph, in a fitting order."""
        self.layers = nn.ModuleDict()
        """By their number in the graph: Keras gives the same layer another name each time it is built."""
        self._outputs = dict(zip(network.output_names, map(id, keras.tree.flatten(network.outputs)), strict=True))
        names = {made: name for name, made in self._outputs.items()}
        logits = set()
        for key, layer in _numbered(network):
            if len(layer._inbound_nodes) > 1:
                raise refused(layer, "is used several times")
            [node] = layer._inbound_nodes
            made, needed = id(node.outputs[0]), [id(tensor) for tensor in node.input_tensors]
            if logits.intersection(needed):
                raise refused(layer, "goes on from the probabilities of an output")
            self.layers[key] = translated(layer, [tuple(tensor.shape) for tensor in node.input_tensors])
            if made in names and ends_in_softmax(layer):
                self.layers[key] = without_softmax(self.layers[key])
                logits.add(made)
            elif names.get(made, "").startswith(EMOTION):
                raise refused(layer, "tells emotions without a softmax")
            self._steps.append((key, needed, made))
        self._input = id(network.inputs[0])

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        tensors = {self._input: images}
        for key, needed, made in self._steps:
            tensors[made] = self.layers[key](*(tensors[one] for one in needed))
        return {name: tensors[one] for name, one in self._outputs.items()}

    def write_back(self) -> keras.Model:
        """Give the weights, and what batch normalisation has seen, to the Keras network; returns it."""
        for key, layer in _numbered(self._network):
            if layer.weights:
                layer.set_weights(self.layers[key].keras_weights())
        return self._network

    def kernels(self) -> list[nn.Parameter]:
        """The weights that decay: neither biases nor those of a normalisation, and none that stay as they are."""
        return [parameter for parameter in self.parameters() if parameter.dim() > 1 and parameter.requires_grad]


def _numbered(network: keras.Model) -> list[tuple[str, keras.Layer]]:
    layers = (layer for layer in network.operations if not isinstance(layer, keras.layers.InputLayer))
    return [(str(number), layer) for number, layer in enumerate(layers)]
