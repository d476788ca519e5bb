"""How cost grows: the command line's jobs on models that are deep, or have many heads, or are large.

Each job runs in a process of its own. What it takes is processor time, of its children too, and the memory of the
largest of them at its peak; what is printed is a table with a row per model and job.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.config import GPTConfig

ROOT = Path(__file__).resolve().parents[2]
GPT2 = GPTConfig(n_layer=12, n_head=12, n_embd=768, block_size=1024, vocab_size=50257)
MODELS: Mapping[str, tuple[GPTConfig, int]] = {
    "50 layers of 4 channels": (GPTConfig(50, 1, 4, 64, 16), 6),
    "200 layers of 4 channels": (GPTConfig(200, 1, 4, 64, 16), 6),
    "128 heads of 1 channel": (GPTConfig(1, 128, 128, 64, 16), 6),
    "512 heads of 1 channel": (GPTConfig(1, 512, 512, 64, 16), 6),
    "GPT-2's shape, 50 tokens": (GPT2, 50),
    "GPT-2's shape, 200 tokens": (GPT2, 200),
}
"""By name the shapes that are told, and how many tokens each reads; pairs show what four times as much costs."""
JOBS: Mapping[str, tuple[float, list[str]]] = {
    "chapters": (2.0, []),
    "build": (10.0, ["-o", "scene.blend"]),
    "still": (10.0, ["layer-norm", "--at", "1", "-o", "frame.png"]),
}
"""By name how many seconds of processor time a job may take, and its arguments."""
MEMORY = 1500.0  # MB


def costs(random: Callable[[GPTConfig], Checkpoint]) -> Iterator[tuple[str, float, float, float]]:
    """Model and job, seconds of processor time, seconds that it may take, and megabytes, of weights by ``random``."""
    compiled()
    for title, (config, count) in MODELS.items():
        with tempfile.TemporaryDirectory() as folder:
            write_model(Path(folder), random(config))
            tokens = " ".join(str(number * 251 % config.vocab_size) for number in range(count))
            for job, (most, arguments) in JOBS.items():
                yield (
                    f"{title}: {job}",
                    *_cost([job, *arguments, "--model", folder, "--tokens", tokens], most, folder),
                )


def compiled() -> None:
    """Let all modules be compiled, as those of an installed copy are."""
    with tempfile.TemporaryDirectory() as folder:
        _cost(["still", "layer-norm", "--at", "1", "--size", "64x64", "-o", "frame.png"], 0.0, folder)


def write_model(folder: Path, checkpoint: Checkpoint) -> None:
    """A model folder as Hugging Face writes it: matrices transposed, the head tied."""
    from safetensors.numpy import save_file

    tensors = {
        name.removeprefix("transformer."): np.ascontiguousarray(weight.T if ".h." in name else weight)
        for name, weight in checkpoint.weights.items()
        if name != "lm_head.weight"
    }
    save_file(tensors, folder / "model.safetensors")
    about = {"activation_function": "gelu_new", "n_head": checkpoint.config.n_head}
    (folder / "config.json").write_text(json.dumps(about))


def _cost(arguments: list[str], most: float, folder: str) -> tuple[float, float, float]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
    command = [sys.executable, "-m", "llmviz_addon", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"llmviz {' '.join(arguments)} ended with the status {process.returncode}.")
    return used.ru_utime + used.ru_stime, most, used.ru_maxrss * 1024 / 1e6
