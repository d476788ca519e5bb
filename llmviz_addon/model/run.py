"""A run: a model, the tokens that it read, every number in between, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import ModelError
from ..kept import kept
from ..rounding import parts_of_all, percent
from .checkpoints.checked import Checkpoint
from .config import GPTConfig
from .forward import check_tokens, forward
from .onward import Onward
from .sampling import Draw, Sampling, draw, generate
from .trace import Trace


@dataclass(frozen=True, eq=False)
class Run:
    """A model that has read some tokens.

    Attributes
    ----------
    model : the model.
    trace : every number of its forward pass, by name; the arrays cannot be written to.
    draw : the token that follows the last one, and the candidates that it was chosen from.
    """

    model: Checkpoint
    trace: Trace
    draw: Draw

    @property
    def config(self) -> GPTConfig:
        """The model's sizes."""
        return self.trace.config

    @property
    def tokens(self) -> tuple[int, ...]:
        """Ids of the tokens that were read, T of them: the prompt, and what the model appended to it."""
        return self.trace.tokens

    @property
    def prompt_length(self) -> int:
        """How many of the tokens were given."""
        return self.trace.prompt_length

    @kept
    def texts(self) -> tuple[str, ...]:
        """The text of each token, T of them."""
        return tuple(map(self.text_of, self.tokens))

    @kept
    def onward(self) -> Onward:
        """What the model says after what it appends to the text."""
        return Onward(self.model, self.trace)

    @property
    def probs(self) -> np.ndarray:
        """What the model holds likely to follow each token, (T, n_vocab)."""
        return self.trace["output.probs"]

    def text_of(self, token: int) -> str:
        """The text of any token of the model's vocabulary."""
        return self.model.tokenizer.text(token)

    def resampled(self, sampling: Sampling) -> Run:
        """The same run, with another choice of what comes next. Raises ModelError as :func:`draw` does."""
        return replace(self, draw=_drawn(self.trace, sampling))

    def following(self) -> Run:
        """The drawn token appended, and the next one drawn in the same way; ModelError if the model takes no more."""
        if len(self.tokens) == self.config.block_size:
            raise ModelError(f"{self.model.name!r} takes no more than {self.config.block_size} tokens.")
        return read(self.model, (*self.tokens, self.draw.token), self.prompt_length, self.draw.sampling)

    def __repr__(self) -> str:
        """The text, and the candidates for what follows, the chosen one marked."""
        shares = parts_of_all(candidate.share for candidate in self.draw.candidates)
        rows = [
            f"{'>' if one.token == self.draw.token else ' '} {self.text_of(one.token)!r} {percent(share)}"
            for one, share in zip(self.draw.candidates, shares, strict=True)
        ]
        text = self.model.tokenizer.decode(self.tokens)
        return "\n".join([f"{self.model.name}, T = {len(self.tokens)}: {text!r}, then ({self.draw.sampling})", *rows])


def read(
    model: Checkpoint, tokens: Sequence[int], prompt_length: int | None = None, sampling: Sampling | None = None
) -> Run:
    """Run ``model`` on just these ``tokens``, of which ``prompt_length`` were given (None: all), and draw the next.

    Raises ModelError as :func:`forward` and :func:`draw` do.
    """
    return _run(model, forward(model, tokens, prompt_length), sampling)


def run(model: Checkpoint, prompt: Sequence[int], sampling: Sampling | None = None) -> Run:
    """The run that is shown for a prompt.

    A model that was trained on prompts of one length, given one of that length, first appends its own greedy
    answer until ``block_size`` is full. The model is causal, so this changes no number of the prompt's columns;
    there are just more columns to see. Any other prompt is run as it is. Where the checkpoint came with a
    recorded pass of just these tokens, or of this prompt and an answer, that one is taken. Raises ModelError as
    :func:`read` does.
    """
    tokens = check_tokens(model.config, prompt)
    recorded = model.recorded
    if recorded is not None and tokens in (recorded.tokens, recorded.tokens[: recorded.prompt_length]):
        return _run(model, recorded, sampling)
    if len(tokens) == model.prompt_length:
        tokens = generate(model, tokens, model.config.block_size - len(tokens))
    return read(model, tokens, len(prompt), sampling)


def prompt(model: Checkpoint, text: str | None = None) -> tuple[int, ...]:
    """The token ids of ``text``; without one what ``model`` comes with: a recorded pass, or a sample.

    Raises ModelError where the model cannot take the text, or comes with none.
    """
    if text is not None:
        return check_tokens(model.config, model.tokenizer.encode(text))
    if model.recorded is not None:
        return model.recorded.tokens
    if model.sample:
        return check_tokens(model.config, model.tokenizer.encode(model.sample))
    raise ModelError(f"Say what {model.name!r} is to read; it comes without a text.")


def _run(model: Checkpoint, trace: Trace, sampling: Sampling | None) -> Run:
    return Run(model, trace.fixed(), _drawn(trace, sampling or Sampling()))


def _drawn(trace: Trace, sampling: Sampling) -> Draw:
    return draw(trace["output.logits"][-1], sampling, len(trace.tokens))
