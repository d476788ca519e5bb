"""``python -m blender_tests.ui.monkey --seeds 0-9 --steps 500``: at length, each seed in a Blender of its own."""

from __future__ import annotations

import argparse
import faulthandler
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from llmviz_addon import ui

from .monkey import prepare, run


def main() -> int:
    """Run seeds, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-9", help="such as 3 or 0-9")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--one", action="store_true", help="the seed in this process")
    asked = parser.parse_args()
    faulthandler.enable(sys.stdout)  # stderr is read by the monkey
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    broken = 0
    for seed in seeds:
        if asked.one:
            with tempfile.TemporaryDirectory() as folder:
                ui.register()
                prepare()
                try:
                    print(seed, dict(run(seed, asked.steps, Path(folder), renders=True)), flush=True)
                except AssertionError as error:
                    print(error, flush=True)
                    os._exit(1)
                os._exit(0)
        with tempfile.TemporaryDirectory() as resources:
            command = [sys.executable, "-m", __spec__.name, "--one", "--seeds", str(seed), "--steps", str(asked.steps)]
            environment = os.environ | {"BLENDER_USER_RESOURCES": resources}
            broken += bool(subprocess.run(command, env=environment, check=False).returncode)
    print(f"{len(seeds) - broken} of {len(seeds)} seeds whole", flush=True)
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
