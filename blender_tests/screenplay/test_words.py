"""What chapters say is true of every model and input, and reads well: one of everything, ties, constants, words."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from llmviz_addon.model.activations import GELU, RELU, Activation
from llmviz_addon.model.architecture import Architecture, gpt2
from llmviz_addon.model.blueprints import compared
from llmviz_addon.model.checkpoint import Checkpoint, builtin, from_tensors, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.lens import lens
from llmviz_addon.model.run import Run, prompt, read, run
from llmviz_addon.model.sampling import distribution
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer
from llmviz_addon.rounding import said as told_as
from llmviz_addon.screenplay.production import Production, prepare, prepare_outlines

HEATS = (2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Temperatures that Output may choose from."""
BAD = (
    r"\b1 (columns|channels|numbers|heads|layers|tokens|vectors)\b",
    r"\b(1|one|One) (columns|heads|layers|tokens) (are|have)\b",
    r"−0(\.0*)?(?![.\d])",
    r"\bnan\b|\binf\b|\bNone\b(?! of)|\[|\]|\{|\}",
    r"(?<![\d.])0\.0+(?!\d)",
    r"\b(\w+) \1\b",
    r" [,.;:)]|\( |\.\.|  ",
    r"\b(\d+) \w+ instead of \1\b",
    r"(?<![.\d])(?<!token )\d{4,}",
)


class Words(IdTokenizer):
    """Words as tokens, with spaces in them."""

    def text(self, token: int) -> str:
        return ["␣the", "Quick", "␣brown", "↓", "␣狐", "ing"][token % 6]


def model(config: GPTConfig, scale: float = 0.3, constant: float | None = None, seed: int = 0) -> Checkpoint:
    rng = np.random.default_rng(seed)
    tensors = {
        name: (rng.normal(0, scale, shape) if constant is None else np.full(shape, constant)).astype(np.float32)
        for name, shape in weight_shapes(config).items()
    }
    return from_tensors("made", tensors, {"config": json.dumps(asdict(config))})


def without_biases(config: GPTConfig) -> Checkpoint:
    tensors = {
        name: np.zeros(shape, np.float32) if name.endswith(".bias") else np.full(shape, 0.1, np.float32)
        for name, shape in weight_shapes(config).items()
    }
    made = from_tensors("made", tensors, {"config": json.dumps(asdict(config))})
    return replace(made, biases=False)


def bent_by(activation: Activation, checkpoint: Checkpoint) -> Checkpoint:
    """The same model with another activation in its MLPs."""
    parts = [(name, replace(part, activation=activation) if name == "mlp" else part) for name, part in gpt2().layer]
    return replace(checkpoint, architecture=Architecture(tuple(parts)))


def worded(checkpoint: Checkpoint) -> Checkpoint:
    return replace(checkpoint, tokenizer=Words(checkpoint.config.vocab_size))


CASES = {
    "sorting": lambda: (builtin(), [2, 1, 0, 1, 1, 2]),
    "sorting one letter": lambda: (builtin(), [0]),
    "one of each": lambda: (model(GPTConfig(1, 1, 4, 1, 2)), [1]),
    "one channel": lambda: (model(GPTConfig(1, 1, 1, 4, 2)), [1, 0, 1]),
    "one head": lambda: (model(GPTConfig(2, 1, 8, 6, 5)), [0, 1, 2, 3, 4, 0]),
    "full": lambda: (model(GPTConfig(1, 2, 8, 9, 5)), [t % 5 for t in range(9)]),
    "a thousand": lambda: (model(GPTConfig(1, 2, 8, 40, 1500)), [1499] * 30),
    "ties": lambda: (model(GPTConfig(2, 2, 8, 8, 5), constant=0.3), [0, 1, 2, 3, 4, 0, 1]),
    "tied in part": lambda: (model(GPTConfig(1, 2, 8, 9, 5), seed=3), [4, 4, 4, 4, 4, 4]),
    "nothing": lambda: (model(GPTConfig(2, 2, 8, 8, 5), constant=0.0), [0, 1, 2]),
    "fresh": lambda: (model(GPTConfig(2, 2, 8, 8, 5), scale=0.02), [0, 1, 2]),
    "tiny": lambda: (model(GPTConfig(2, 2, 8, 8, 5), scale=1e-4), [0, 1, 2, 4]),
    "sure": lambda: (model(GPTConfig(1, 2, 8, 8, 5), scale=9), [0, 1, 2, 3, 4, 1]),
    "words": lambda: (worded(model(GPTConfig(2, 4, 16, 20, 600))), list(range(12))),
    "austen": lambda: (builtin("austen"), list(prompt(builtin("austen")))),
    "wide": lambda: (model(GPTConfig(2, 4, 192, 32, 11)), [t % 11 for t in range(24)]),
    "long": lambda: (model(GPTConfig(1, 1, 2, 1100, 3)), [t % 3 for t in range(1100)]),
    "no biases": lambda: (without_biases(GPTConfig(1, 2, 8, 9, 5)), [0, 1, 2]),
    "ReLU": lambda: (bent_by(RELU, model(GPTConfig(2, 2, 8, 9, 5))), [0, 1, 2, 4, 4]),
    "exact GELU": lambda: (bent_by(GELU["exact"], model(GPTConfig(2, 2, 8, 9, 5), scale=0.6)), [0, 1, 2, 4, 4]),
}


def said(production: Production) -> dict[str, str]:
    """What is said, by the chapter's number and the beat's key."""
    texts: dict[str, str] = {}
    for line in production.timeline.subtitles:
        key = re.sub(r"^(\d\d)\.\d+ ", r"\1 ", line.marker)
        texts[key] = f"{texts[key]} {line.text}" if key in texts else line.text
    return texts


@pytest.mark.parametrize("case", CASES)
def test_chapters_say_what_is_so(case):
    checkpoint, tokens = CASES[case]()
    told = run(checkpoint, tokens)
    production = prepare(told, None, 200.0)
    texts = said(production)
    for key, text in texts.items():
        own = re.sub(r"“[^”]*”", "“x”", text)  # a model's own words may be anything
        for pattern in BAD:
            assert not re.search(pattern, own), (key, pattern, text)
        assert text[0].isupper(), (key, text)
        assert text.rstrip()[-1] in ".?", (key, text)
    _embedding(told, texts)
    _norm(told, texts)
    _projection(told, texts)
    _attention(told, texts)
    _mlp(told, texts)
    _layers(told, texts)
    _softmax(told, texts)
    _output(told, texts)


def _embedding(told: Run, texts: dict[str, str]) -> None:
    tokens = [int(token) for token in told.tokens]
    t = min(3, len(tokens) - 1)
    assert f"There it has the number {tokens[t]:,}." in texts["02 number"]
    assert f"{told.config.vocab_size:,} token" in texts["02 number"]
    assert f"stands at t = {t}, so it gets column {t} too" in texts["02 position"]
    columns = told.trace["embedding.output"]
    pair = re.search(r"at t = (\d+) and at t = (\d+)", texts.get("02 same token", ""))
    if pair:
        a, b = (int(place) for place in pair.groups())
        assert tokens[a] == tokens[b]
        assert (columns[a] != columns[b]).any()
    elif len(set(tokens)) < len(tokens):
        equal = [(a, b) for b in range(len(tokens)) for a in range(b) if tokens[a] == tokens[b]]
        assert all((columns[a] == columns[b]).all() for a, b in equal)


def _projection(told: Run, texts: dict[str, str]) -> None:
    n, size = told.config.n_head, told.config.head_size
    t = min(3, len(told.tokens) - 1)
    assert ("nothing to stack" in texts["05 stack"]) == (n == 1)
    assert ("draws on all heads" in texts["05 one number"]) == (n > 1)
    assert ("does without" in texts["05 one number"]) == (not told.model.biases)
    assert ("With the bias" in texts["05 shares"]) == told.model.biases
    moves = re.search(r"head (\d+) moves the first row most, by (more than |less than )?(\S+)\.", texts["05 shares"])
    weights = told.trace["layers.0.attn.proj_weight"][0].astype(float)
    outputs = [told.trace[f"layers.0.attn.heads.{h}.output"][t].astype(float) for h in range(n)]
    parts = [float(weights[h * size : h * size + size] @ output) for h, output in enumerate(outputs)]
    if moves:
        head = int(moves[1])
        assert abs(parts[head]) == pytest.approx(max(map(abs, parts)))
        assert moves[2] or float(moves[3].replace("−", "-").replace(",", "")) == pytest.approx(parts[head], rel=0.06)


def _norm(told: Run, texts: dict[str, str]) -> None:
    trace, count = told.trace, len(told.tokens)
    t = min(3, count - 1)
    for name, word in (("mean", "mean is"), ("std", "deviation")):
        number = told_as(float(trace[f"layers.0.ln_1.{name}"][t]))
        number = number.replace("> ", "more than ").replace("< ", "less than ")
        assert f"{word} {number}" in texts["03 normalise"]
        assert float(trace[f"layers.0.ln_1.{name}"][t]) == 0 or number not in ("0", "0.00")
    deviation = float(np.std(trace["layers.0.ln_1.normalized"][t].astype(float)))
    if "0 everywhere" in texts["03 normalise"]:
        assert deviation < 1e-4
    elif "but for ε" in texts["03 normalise"]:
        found = re.search(r"deviation ([\d.]+): 1", texts["03 normalise"])
        assert float(found[1]) == pytest.approx(deviation, abs=0.006)
        assert float(found[1]) < 1
    else:
        assert deviation == pytest.approx(1, abs=1e-4)
    assert ("The same happens to every other column" in texts["03 all columns"]) == (count > 1)
    assert ("does without a shift" in texts["03 scale and shift"]) == (not told.model.biases)


def _attention(told: Run, texts: dict[str, str]) -> None:
    trace, config = told.trace, told.config
    t = min(5, len(trace.tokens) - 1)
    number = re.search(r"We take head (\d+)", texts["04 one head"])
    assert (number is None) == (config.n_head == 1)
    head = int(number[1]) if number else 0
    clear = [trace[f"layers.0.attn.heads.{h}.weights"][t].max() for h in range(config.n_head)]
    assert clear[head] == pytest.approx(max(clear), rel=2e-5)
    weights = trace[f"layers.0.attn.heads.{head}.weights"][t, : t + 1].astype(float)
    text, tied = texts["04 bands"], np.flatnonzero(weights >= weights.max() * (1 - 1e-5))
    share = re.search(r"(more than )?([\d.]+) of its attention", text)
    if t == 0:
        assert "can look at nothing but itself" in text
    elif len(tied) == len(weights):
        assert f"all {t + 1} columns alike" in text
    elif len(tied) > 1:
        assert f"looks most at {len(tied)} columns alike, one of them" in text
    elif tied[0] == t:
        assert "looks most at itself" in text
    else:
        assert re.search(rf"looks most at the .* at t = {tied[0]}:", text, re.S)
    if share:
        assert float(share[2]) == pytest.approx(weights.max(), abs=0.0051)
        assert (float(share[2]) == 1) <= (np.count_nonzero(weights) == 1)
    assert ("shorter" in texts["04 three vectors"]) == (config.head_size < config.n_embd)
    assert ("forbidden" in texts["04 softmax"]) == (t + 1 < len(trace.tokens))
    assert ("more columns before it" in texts["04 row and column"]) == (t > 3)
    assert ("are drawn stronger" in texts["04 one picture"]) == (len(trace.tokens) > 1)
    assert ("above the diagonal" in texts["04 mask"]) == (len(trace.tokens) > 1)
    assert ("all heads" in texts["04 one picture"]) == (config.n_head > 1)
    for beat in ("04 three vectors", "04 one number"):
        assert ("does without" in texts[beat] or " and bias" not in texts[beat]) or told.model.biases


def _mlp(told: Run, texts: dict[str, str]) -> None:
    trace, count = told.trace, len(told.tokens)
    t = min(3, count - 1)
    before, fires = trace["layers.0.mlp.hidden"][t].astype(float), trace["layers.0.mlp.activation"].astype(float)
    name = dict(told.model.architecture.layer)["mlp"].activation.name  # type: ignore[attr-defined]
    assert f"bent by a curve, here {name}." in texts["06 curve"]
    assert ("pass unchanged; those below become 0" in texts["06 curve"]) == (name == "ReLU")
    assert (
        f"becomes {told_as(fires[t, before.argmax()])}.".replace("> ", "more than ").replace("< ", "less than ")
        in texts["06 curve"]
    )
    number = re.search(r"([\d,]+) of our ([\d,]+) numbers (would )?become 0", texts["06 beside"])
    assert (number is None) == (not (before < 0).any())
    if number:
        assert [int(part.replace(",", "")) for part in number.groups()[:2]] == [(before < 0).sum(), len(before)]
        assert (number[3] is None) == (name == "ReLU")
    strongest = fires[t].max()
    assert ("does" in texts["06 firing"].split(".")[1]) == (strongest <= 0)
    found = re.search(r"[Nn]euron ([\d,]+) fires most", texts["06 firing"])
    if found:
        column = fires[:, int(found[1].replace(",", ""))]
        assert column[t] == pytest.approx(strongest, rel=2e-5)
        half = [i for i in range(count) if i != t and column[i] >= column[t] / 2]
    choosy = re.search(r"but for ([\d,]+) others, too. Neuron ([\d,]+) is choosier: (.*) here", texts["06 firing"])
    if found and choosy:
        here, elsewhere = fires[t, int(choosy[2].replace(",", ""))], np.delete(fires, t, 0)[:, int(choosy[2])].max()
        assert (int(choosy[1].replace(",", "")), choosy[3]) == (len(half), told_as(here))
        assert len(half) > (count - 1) / 2
        assert elsewhere < here / 2
        assert f"elsewhere at most {told_as(elsewhere)}." in texts["06 firing"]
    elif found:
        others = re.search(r"At (one|[\d,]+) other places? it fires at least half as much, (.*?)\.", texts["06 firing"])
        few = re.search(r"token's ([\d,]+) other places, ([\d,]+) makes? it fire at least", texts["06 firing"])
        alike = sum(told.tokens[i] == told.tokens[t] for i in half)
        every = sum(token == told.tokens[t] for token in told.tokens) - 1
        given = [i for i in range(told.prompt_length) if i != t and told.tokens[i] == told.tokens[t]]
        if is_given := "given, for none that the model wrote" in texts["06 firing"]:
            assert half == given
            assert given
            wrote = [i for i in range(told.prompt_length, count) if told.tokens[i] == told.tokens[t]]
            assert max(column[wrote]) < column[t] / 10
        assert is_given or (few is not None) == (0 < alike == len(half) < every)
        named = few[2] if few else others[1].replace("one", "1") if others else "0"
        assert is_given or int(named.replace(",", "")) == len(half)
        if is_given:
            assert few is None
            assert others is None
        elif few:
            assert int(few[1].replace(",", "")) == every
        elif len(half) == 1:
            assert others[2] == ("with this token" if alike else "with another token")
        elif half:
            assert ("all with this" in others[2]) == (alike == len(half))
            assert ("all with other" in others[2]) == (alike == 0)
    assert ("the next has" in texts["06 all columns"]) == (told.config.n_layer > 1)
    assert ("All other columns" in texts["06 all columns"]) == (count > 1)


def _softmax(told: Run, texts: dict[str, str]) -> None:
    trace, count = told.trace, len(told.tokens)
    t = min(5, count - 1)
    heads = [f"layers.0.attn.heads.{h}" for h in range(told.config.n_head)]
    rows = [trace[f"{head}.scores"][t, : t + 1].astype(float) for head in heads]
    largest = {_said(row.max()) for row in rows}
    sums = {_said(np.exp(row - row.max()).sum()) for row in rows}
    assert re.search(r"the largest, (.*), is subtracted", texts["08 largest"])[1] in largest
    assert re.search(r"these are (.*) high", texts["08 shares"])[1] in sums
    assert ("Why not give everything" in texts["08 soft"]) == (t > 0)
    assert ("all rows can be" in texts["08 all rows"]) == (count > 1)
    share = re.search(r"with (more than |less than )?([\d.]+) %", texts["08 logits"])
    assert float(share[2]) == pytest.approx(100 * trace["output.probs"][-1].max(), abs=0.1)


def _said(value: float) -> str:
    return told_as(value).replace("> ", "more than ").replace("< ", "less than ")


def _layers(told: Run, texts: dict[str, str]) -> None:
    count, text = told.config.n_layer, texts["07 lens"]
    asked = told.model.asked(len(told.tokens))
    assert ("though it learned to answer" in text) == (not asked)
    assert ("has no other" in texts["07 repeat"]) == (count == 1)
    assert f"has {count} of them" in texts["07 repeat"] or count == 1
    shares = [float(share) for share in re.findall(r"(?:more than |less than )?([\d.]+) %", text)]
    since = re.search(r"From layer (\d+) on", text)
    found = []  # every column of which this may have been told
    for t in range(max(asked[0] if asked else 0, len(told.tokens) - 12), len(told.tokens)):
        said = lens(told.model, told.trace, t)
        final, likeliest = int(said[-1].argmax()), said.argmax(axis=1).tolist()
        first = max((i + 1 for i, one in enumerate(likeliest) if one != final), default=0)
        fits = shares == pytest.approx([100 * said[0, final], 100 * said[-1, final]], abs=0.11)
        found.append(fits and first == (int(since[1]) + 1 if since else count if "makes it" in text else 0))
    assert any(found)


def _output(told: Run, texts: dict[str, str]) -> None:
    logits, last = told.trace["output.logits"], len(told.tokens) - 1
    softmax = texts["09 softmax"]
    t = last if "last column" in texts["09 norm"] or "only column" in texts["09 norm"] else 23
    assert ("take t =" in texts["09 norm"]) == (t != last)
    likeliest = re.search(r"gets (more than |less than )?([\d.]+) %\.", softmax)
    assert float(likeliest[2]) == pytest.approx(100 * distribution(logits[t]).max(), abs=0.11)
    where = re.search(r"t = ([\d,]+)[,.]", texts["09 chances"])
    u = int(where[1].replace(",", ""))
    sure = told.trace["output.probs"].max(axis=1)
    asked = told.model.asked(len(sure)) or range(len(sure))
    assert u in asked
    assert u == last if sure[last] <= 0.95 else sure[u] == pytest.approx(sure[asked[0] :].min())
    assert ("least of all" in texts["09 chances"]) == (u != last and sure[u] > 0.95)
    columns = texts["09 all columns"]
    assert ("never asked this early" in columns) == (not told.model.asked(len(sure)))
    assert (f"answer from t = {asked[0]:,} on" in columns) == (asked[0] > 0)
    shares = re.findall(r"(?:more than |less than )?([\d.]+) %", texts["09 temperature"])
    warm = float(re.search(r"At ([\d,]+) logits differ 1/\1 as much:", texts["09 temperature"])[1].replace(",", ""))
    told_hot = re.search(r"At ([\d,]+) only", texts["09 temperature"])
    hot = float(told_hot[1].replace(",", "")) if told_hot else warm
    for share, heat in zip(shares, (1.0, warm, *((hot,) if told_hot else ()), 0.5), strict=True):
        assert float(share) == pytest.approx(100 * distribution(logits[u], heat).max(), abs=0.11)
    seen = [h for h in HEATS if distribution(logits[u], h).max() < 0.9 * distribution(logits[u], 1.0).max()]
    assert warm == min([hot, *seen])  # the least that is seen to do anything
    assert distribution(logits[u], hot).max() < 0.7
    assert hot == 2 or distribution(logits[u], 2.0).max() >= 0.7
    k = re.search(r"the (\d+) likeliest stay|only the likeliest, (\d+), stays", texts["09 cut"])
    k = int(k[1] or k[2])
    p, kept = re.search(r"have (\d+) % together: ([\d,]+) tokens?\.", texts["09 cut"]).groups()
    p = int(p) / 100
    kept = int(kept.replace(",", ""))
    assert 1 <= k < told.config.vocab_size
    assert kept == np.count_nonzero(distribution(logits[u], hot, None, p))
    others = [np.count_nonzero(distribution(logits[u], hot, None, tenth / 10)) for tenth in range(1, 10)]
    assert kept != k or not any(other not in (k, told.config.vocab_size) for other in others)
    assert ("always the likeliest" in texts["09 write"]) == (told.draw.sampling.temperature == 0)
    if told.draw.sampling.temperature == 0:
        every = " ".join(text for key, text in texts.items() if key.startswith("09"))
        assert not re.search(r"\bdraws?\b|\bis drawn\b", every), every


def test_a_neuron_that_tells_given_letters_from_written_ones_is_said_to():
    told = read(builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2], 6)
    text = said(prepare(told, ["mlp"], None))["06 firing"]
    fires = told.trace["layers.0.mlp.activation"][:, int(re.search(r"letter B neuron (\d+) fires most", text)[1])]
    assert (fires[[1, 4]] > fires[3] / 2).all()
    assert (fires[[7, 8, 9]] < fires[3] / 10).all()
    assert (
        "It fires for every letter B given, for none that the model wrote. So it is not the token alone that counts."
        in text
    )


@pytest.mark.parametrize("names", [["nano"], ["nano", "gpt2"], ["gpt2"], ["gpt3"], ["nano", "gpt2", "gpt2-xl", "gpt3"]])
def test_scale_says_what_is_so(names):
    texts = said(prepare_outlines(compared(names), None, 200.0))
    for key, text in texts.items():
        for pattern in BAD:
            assert not re.search(pattern, text), (key, pattern, text)
    lines = next(text for key, text in texts.items() if key.endswith("closer"))
    assert ("256" in lines) == (names != ["nano"])  # the matrices of nano-gpt have no line but every 16 cells


def test_a_tie_is_broken_alike_wherever_it_is_computed(nano):
    checkpoint = model(GPTConfig(2, 4, 8, 8, 5), constant=0.3)
    first = said(prepare(run(checkpoint, [0, 1, 2, 3, 4, 0]), ["self-attention"], None))
    assert "We take head 0" in first["04 one head"]
    noisy = replace(checkpoint)
    again = said(prepare(run(noisy, [0, 1, 2, 3, 4, 0]), ["self-attention"], None))
    assert first == again
