"""How a run goes on, a token at a time: of the tokens before it only what later ones look at is read again.

What a model says after a text that goes on from its run is asked for by several chapters, and by each of them token by
token. A whole forward pass for each took as long as all else that is told about a large model. The numbers are those
of such a pass, but for the order in which sums are rounded.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .architecture import places
from .checkpoints.checked import Checkpoint
from .forward import forward
from .parts.part import Arrays
from .trace import Trace


class Onward:
    """What a model says after texts that begin with the one of its run."""

    def __init__(self, model: Checkpoint, trace: Trace) -> None:
        self._model = model
        self._known: dict[tuple[int, ...], np.ndarray] = {}  # by the tokens that are read, what follows
        self._begin(trace)

    def logits(self, tokens: Sequence[int]) -> np.ndarray:
        """What follows ``tokens``, (n_vocab,), of which the model reads the last ``block_size``.

        Raises ModelError as :func:`forward` does.
        """
        read = tuple(tokens)[-self._model.config.block_size :]
        if read not in self._known:
            self._known[read] = self._next(read)
        return self._known[read]

    def _begin(self, trace: Trace) -> None:
        self._read, self._trace, self._past = trace.tokens, trace, dict[str, Arrays]()
        if trace.tokens:
            self._known[trace.tokens] = trace["output.logits"][-1]

    def _next(self, read: tuple[int, ...]) -> np.ndarray:
        """What follows a text: of one token more than before only that is computed, where all parts can."""
        all_can = all(place.part.goes_on for place in places(self._model.config, self._model.architecture))
        if all_can and read[:-1] == self._read:
            logits = self._step(read[-1])
            if np.isfinite(logits).all():
                self._read = read
                return logits
        trace = forward(self._model, read)  # or the error that says which number is not finite
        self._begin(trace)
        return trace["output.logits"][-1]

    def _step(self, token: int) -> np.ndarray:
        config, weights = self._model.config, self._model.weights
        reads = stream = np.array([token])  # (1,)
        with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is found at the end
            for place in places(config, self._model.architecture):
                if place.name not in self._past:
                    self._past[place.name] = place.part.past(self._trace, f"{place.name}.", config)
                past, own = self._past[place.name], place.weights(weights)
                results, self._past[place.name] = place.part.further(reads, stream, own, config, past)
                reads = results[place.part.output]  # (1, C)
                stream = reads if place.part.joins else stream  # (1, C)
        return np.asarray(reads[0])  # (n_vocab,)
