"""Overview: text goes in at the top, a guess comes out at the bottom, and is put back on top."""

title = "Overview"
part = "Introduction"
question = "How does a GPT write?"
answer = "It guesses one token, appends it, and begins again."
short = ("task", "columns", "attention", "layer", "layers", "model", "loop")
trailer = ("layers",)

SHOWN, ENTRIES, TURNS = 8, 20, 6
"""Bars of a large vocabulary, and tokens of it that can be read; layers side by side, or groups that glow in turn."""
WAY, APART = 1.6, 0.17
"""Metres from what the heads find to the projection; and between tables that are added, of their height."""
HALVES, STRIPS, NAMED = ("Self-attention", "MLP"), ("Widened", "Bent"), 12
"""Names of a layer's, and of what an MLP makes; how many layers, or groups, and heads at most have a turn or a name."""


def play(film):
    tokens, e, layers, given = film.layout.tokens, film.layout.embedding, film.layout.layers, film.trace.prompt_length
    sorts = film.checkpoint.prompt_length == given  # a fixed task is only known of a model that sorts
    film.text_until(given)  # nano-gpt has answered already
    film.computed_up_to(tokens)
    film.hide_values(tokens)
    names = _task(film, tokens, e, layers, sorts)  # beside the whole model
    _numbers(film, tokens, given)
    marks = _columns(film, tokens, e, given)
    norm, attention, *parts = layers[0].members.values()
    _attention(film, tokens, e, norm, attention, marks)
    _taking(film, attention, given)
    _layer(film, layers[0], parts, e.output)
    _layers(film, layers, names)
    _model(film)
    _guess(film, given - 1)
    _loop(film, given, sorts)


def _task(film, tokens, e, layers, sorts):
    first, last, step = (tokens, e), (film.layout.ln_f, film.layout.output), -(-len(layers) // NAMED)
    turns = [layers[i : i + step] for i in range(0, len(layers), step)]
    given = film.tokens[: film.trace.prompt_length]
    names = film.flank(first, *turns, last, titles=["Embedding", *_names(0, len(layers), step), "Output"], seconds=0)
    halves = [part for layer in layers for part in _halves(layer)]
    shown = [given, *([] for _ in halves), [int(film.chances(len(given) - 1).argmax())]]
    parts = ["Text in", *HALVES * len(layers), "A guess out"]
    names += film.flank(first, *halves, last, titles=parts, tokens=shown, side="right", seconds=0)
    film.fade(film.signs.card, film.signs.next, to=0, seconds=0)
    film.open_on(film.layout, *names, azimuth=283, elevation=10)
    with film.beat("task"):
        film.say("A GPT reads a text and says what may come next.")
        film.camera.frame(film.layout, *names, azimuth=281, elevation=7, seconds=2.5)
        film.say("This one does it with {n:,} learned numbers, its [parameters](weight).", n=film.checkpoint.n_params)
        with film.together(seconds=3):
            film.fade(film.all_but(layers[0]), *names, to=0)
            film.camera.fly(layers[0], azimuth=289, elevation=9)
        if sorts:
            film.say("It was trained for one task: to put letters in order.")
            film.locate(tokens)
            film.fade(film.all_but(), to=0, seconds=0.3)
            film.reorder(given, sorted(given), ("A text", "What it is to write after it"), seconds=3.5)
    return names


def _numbers(film, tokens, given):
    with film.beat("numbers"):
        film.locate(tokens)
        film.say("Its text comes in pieces, called tokens,")
        film.number_tokens(follow=min(film.example_time, given - 1), seconds=7)
        film.say("and each has a number in the vocabulary, the list of all tokens.")


def _columns(film, tokens, e, given):
    text = film.signs.input  # where its letters can be read
    with film.beat("columns"):
        film.locate()
        film.fade(film.all_but(), to=0, seconds=0)
        film.fade(text, tokens, e, film.ribbons(tokens, e), to=1, seconds=0.3)
        numbers, pieces = "These numbers are all that", "Its text, in pieces called tokens, each a number, is all that"
        film.say(f"{numbers if film.tells('numbers') else pieces} [goes in]({{tokens}}).", tokens=tokens)
        film.camera.frame(text, tokens, e, azimuth=282, elevation=8, seconds=0)
        film.show_values(tokens, seconds=2)
        each, numbers = "Each" if film.tokens[1:] else "It", film.count(film.config.n_embd, "number")
        film.say("{each} picks a learned [column]({x}) of {count};", x=e.output, each=each, count=numbers)
        placed, drawn, signs, apart = "position_weight" in e.members, [], [], APART * e.output.size[2]
        with film.together(seconds=0.6):
            film.fade(text, film.ribbons(tokens, e), to=0, seconds=0.3)
            if placed:
                film.move(e.position_weight, beside=e.token_weight, gap=apart)
                aside = e.token_weight.ends[1][0] - e.output.ends[0][0] + 2 * apart + e.position_weight.size[0]
                for grid in (tokens, e.output):
                    film.move(grid, by=(aside, 0, 0))
        film.camera.frame(tokens, e, azimuth=276, elevation=4, zoom=0.97, seconds=0.4)
        film.letters(e.output, seconds=0.3)
        if placed:
            film.say("another, for its place in the text, is added.")
            pairs = ("+", e.token_weight, e.position_weight), ("=", e.position_weight, e.output)
            signs = [film.symbol(sign, between=tuple(ends), size=apart / 2, seconds=0.3) for sign, *ends in pairs]
        for t in range(given if given <= NAMED else 1):
            film.fade(*drawn, to=0, seconds=0.1)
            word, place = e.token_weight[film.tokens[t]], [e.position_weight[t]] if placed else []
            drawn = film.gather(e.output[t], word, *place, seconds=0.4 if t else 1.2)
        if given > NAMED:
            film.sweep(e.output, seconds=4, slowly=False)
        film.camera.frame(tokens, e, azimuth=278, elevation=5, zoom=0.97, seconds=0.4)
    return *drawn, *signs


def _attention(film, tokens, e, norm, attention, marks):
    heads, seen = attention.heads, len(attention.heads) <= NAMED
    titles = [f"Head {i}" for i in range(len(heads))]
    with film.beat("attention"):
        film.say("Now the columns run down through the model.")
        film.fade(*marks, to=0, seconds=0.3)
        film.light(e, to=0, seconds=0)
        film.merge(e, seconds=0)
        with film.together(seconds=2.5):
            for grid in (tokens, *e.grids):
                film.move(grid, seconds=1)  # home
            film.fade(norm, attention, film.ribbons(tokens, e, norm, attention), to=1, seconds=1)
            film.camera.frame(tokens, e, norm, attention, azimuth=298, elevation=18, seconds=2)
            film.pulse(norm, titles=[norm.title])
        film.say("In self-attention each takes over what it needs from those before it.")
        with film.together(seconds=3):
            if seen:
                _apart(film, heads, titles)
            film.pulse(heads, titles=[attention.title])
        how = "Each head looks in its own way;" if heads[1:] else "One head looks;"
        film.say(f"{how} the [projection]({{w}}) mixes what is found.", w=attention.proj_weight)
        arrows = _mix(film, attention, titles) if seen else []
        film.pulse([*attention.members.values()][1:], titles=["Projection"], seconds=1.5)
    film.fade(film.all_but(), *arrows, to=0, seconds=0.3)
    film.revert(attention, seconds=0)
    film.fade(attention, to=0, seconds=0)


def _apart(film, heads, titles):
    """What each head looks at, and below it what it finds, as large as they can be."""
    rows = [head.weights for head in heads], [head.output for head in heads]
    film.fade(film.all_but(*rows), to=0, seconds=1.5)
    calls = [f"Head {i} {does}" for does in ("looks", "finds") for i in range(len(titles))]
    film.arrange(*rows, names=calls, in_order=True, all_named=True, seconds=1.5)
    film.camera.frame(*rows, azimuth=278, elevation=5, seconds=1.5)


def _mix(film, attention, titles):
    """What the heads find, one on another, and the projection that mixes it; returns the arrows."""
    found, weights, mixed = [head.output for head in attention.heads], attention.proj_weight, attention.proj
    film.fade(film.all_but(*found), to=0, seconds=0.3)
    film.move(mixed, beside=weights, side=("right", "below"), below=1.7, among=(found, weights), seconds=0)
    with film.together(seconds=1.5):
        film.stack(*found, beside=weights, side="left", gap=WAY, apart=0.3 * found[0].size[2], names=titles)
        film.camera.frame(*found, weights, mixed, azimuth=278, elevation=5)
        film.fade(weights, mixed, to=1)
    return [film.connect(*way, seconds=0.2) for way in (*((one, weights) for one in found), (weights, mixed))]


def _taking(film, attention, given):
    with film.beat("taking"):
        number = film.clearest(*(head.weights[given - 1] for head in attention.heads))
        film.say("This is what one head has found:")
        film.fade(film.all_but(), to=0, seconds=0.5)
        film.bands(attention.heads[number].weights[:given], f"Attention of head {number}", follow=given - 1, seconds=5)
        film.say("the wider a band, the more the token below takes over from that above.")


def _layer(film, layer, parts, stream):
    with film.beat("layer"):
        film.say("Then a small network, the MLP, works on each column by itself.")
        grids = [one for part in parts for one in part.grids if len(one.axes) > 1 and one is not layer.mlp.proj]
        strips = film.flank(layer.mlp.hidden, layer.mlp.activation, titles=STRIPS, among=parts, seconds=0)
        film.camera.frame(*parts, *strips, azimuth=286, elevation=7, seconds=0)  # nothing is there
        with film.together(seconds=4):
            film.fade(*parts, film.ribbons(*parts), to=1, named=False, seconds=1)
            film.fade(*map(film.signs.label, grids), to=1, seconds=1)  # those of others would stand on these
            film.camera.frame(*parts, *strips, azimuth=284, elevation=6, seconds=1.5)
            film.pulse(*parts, titles=[part.title for part in parts])
        film.say("That was one layer.")
        (first, *others), seen = layer.attn.heads, film.one_head(layer)
        names = film.flank(*_halves(layer), titles=HALVES)
        names += film.flank(first, titles=[f"1 of {1 + len(others)} heads"], among=layer, seconds=0) if others else []
        with film.together(seconds=2):
            film.fade(stream, *seen, film.ribbons(stream, *seen), to=1, named=False, seconds=1)  # from above
            film.camera.frame(*seen, *names, azimuth=282, elevation=6)
        film.fade(*map(film.signs.label, grids), *strips, to=0, seconds=0.3)  # a crowd
    film.fade(*names, to=0, seconds=0.2)


def _layers(film, layers, names):
    """Those after the first, a turn each; it ends on the whole model, of which all layers are computed."""
    rest, signs, step, titles = layers[1:], film.signs, max(1, -(-(len(layers) - 1) // TURNS)), []
    more = "Then {n} more are built alike, each with parameters of its own." if rest[1:] else "One more is built alike."
    with film.beat("layers"):
        film.say(more if rest else "This model has no other.", n=len(rest))
        with film.together(seconds=2):
            film.fade(film.all_but(signs.card, signs.next, signs.output, signs.candidates), to=1)
            film.camera.fly(film.layout, azimuth=286, elevation=14)
        film.fade(*(signs.labels(layer) for layer in layers), to=0, seconds=0)  # too many to be read
        if 1 < len(layers) <= TURNS:
            titles = _at_once(film, layers)
        else:  # past so many that they are seen a few at a time
            for i, name in enumerate(_names(1, len(rest), step)):
                film.locate(turn := rest[i * step : i * step + step])
                with film.together(seconds=min(2.5, 12.0 * step / len(rest))):
                    film.camera.take(turn, azimuth=282, elevation=8)
                    film.pulse(turn, titles=[name])
        film.locate()
        film.say("Now all layers have run." if rest else "So it has run.")
        with film.together(seconds=2):
            film.fade(*(() if titles else names), to=1)
            seen = (*film.one_head(*layers), *titles) if titles else (film.layout, *names)
            film.camera.fly(*seen, azimuth=288, elevation=21)
    film.fade(*names, *titles, to=0, seconds=0.2)


def _at_once(film, layers):
    """All layers as large as they can be seen at once, each with its name; those after the first run."""
    with film.together(seconds=1.6):
        film.fade(film.all_but(*film.one_head(*layers)), to=0, seconds=1)
        titles = film.spread(*map(_halves, layers), titles=_names(0, len(layers), 1), parts=HALVES)
        film.camera.frame(*film.one_head(*layers), *titles, azimuth=282, elevation=9)
    for layer, name in zip(layers[1:], _names(1, len(layers) - 1, 1), strict=True):
        film.locate(layer)
        film.pulse(layer, titles=[name], seconds=min(2.0, 8.0 / len(layers[1:])))
    return titles


def _model(film):
    with film.beat("model"):
        film.say("At the bottom each column becomes scores for all tokens, called logits.")
        end = film.layout.ln_f, film.layout.output
        with film.together(seconds=2.5):
            film.fade(*end, film.ribbons(*end), to=1, seconds=1)
            film.revert(*film.layout.layers, seconds=1.5)  # where they stood side by side
            film.camera.take([*end], azimuth=280, elevation=7)
            film.pulse(film.layout.ln_f, titles=["Last layer norm"])
        output = film.closeup(film.layout.output, entries=ENTRIES, seconds=1.5).output  # of a wide model
        rows = output.logits, output.probs
        with film.together(seconds=1.5):
            film.fade(film.all_but(*rows), to=0, seconds=0.5)
            film.arrange(*((rows,) if rows[0].cells[2] > rows[0].cells[0] else rows))  # many tokens: side by side
            film.camera.frame(*rows, azimuth=276, elevation=5)
        film.sweep(*rows, seconds=5, slowly=False)
        film.say("Softmax turns them into [probabilities]({p}), which, unrounded, sum to 1.", p=output.probs)
        film.camera.frame(*rows, azimuth=273, elevation=2, seconds=2)


def _halves(layer):
    return (members := [*layer.members.values()])[:2], members[2:]


def _names(first, count, step):
    spans = [(first + i, min(step, count - i)) for i in range(0, count, step)]
    return [f"Layer {i}" if many == 1 else f"Layers {i} to {i + many - 1}" for i, many in spans]


def _guess(film, t):
    few = (-(chances := film.chances(t))).argsort(kind="stable")[:SHOWN].tolist()
    shown = "" if len(chances) <= SHOWN else f", the {SHOWN} likeliest"
    with film.beat("guess"):
        film.say("The column of the last token says what may follow the text.")
        film.chart(chances[few], few, f"What may follow{shown}", span=(0, 1), percent=True, seconds=3)
        best, p = film.name_of(few[0]), film.share(chances[few], 0, percent=True)
        film.say("Likeliest is the {token}: {p}.", token=best, p=p)


def _loop(film, given, sorts):
    with film.beat("loop"):
        film.say("One token is chosen, put at the end, and the whole model runs again,")
        written = film.write_on(after=given - 1, most=given if sorts else 6, seconds=18)
        done = sorts and written == sorted(film.tokens[:given])
        film.say("until all {n} stand sorted." if done else "and so on: it writes.", n=film.count(given, "letter"))
