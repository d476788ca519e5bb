"""The logit lens: what a model would say comes next if it ended after each of its layers.

Its last norm and its LM head read the residual stream as it is there, by the same steps as at the end.
"""

from __future__ import annotations

import numpy as np

from .architecture import places
from .checkpoints.checked import Checkpoint
from .trace import Trace


def lens(model: Checkpoint, trace: Trace, t: int) -> np.ndarray:
    """Probabilities of what follows the token at time ``t``: after the embedding, and after each layer.

    (n_layer + 1, n_vocab); the last row is what the model does say.
    """
    *parts, norm, head = places(model.config, model.architecture)
    streams: dict[str, np.ndarray] = {}
    for place in parts:
        if place.part.joins:  # of each layer the last one stays
            layer = place.name.rpartition(".")[0]
            streams[layer] = trace[f"{place.name}.{place.part.output}"][t]
    reads = stream = np.stack(list(streams.values()))  # (n_layer + 1, C)
    for place in (norm, head):
        results = place.part.forward(reads, stream, place.weights(model.weights), model.config)
        reads = results[place.part.output]  # (n_layer + 1, C), then (n_layer + 1, n_vocab)
    return np.asarray(results["probs"])
