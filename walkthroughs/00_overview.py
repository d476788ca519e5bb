"""Overview: text goes in at the top, a guess comes out at the bottom, and is put back on top."""

title = "Overview"
part = "Introduction"
question = "How does a GPT write?"
answer = "It guesses one token, appends it, and begins again."
short = ("task", "columns", "attention", "layer", "layers", "model", "loop")

SHOWN = 8
"""Bars of a large vocabulary."""
TURNS = 6
"""Layers, or groups of them, that glow one after the other."""


def play(film):
    tokens, e, layers = film.layout.tokens, film.layout.embedding, film.layout.layers
    given = film.trace.prompt_length
    sorts = film.checkpoint.prompt_length == given  # a fixed task is only known of a model that sorts
    film.text_until(given)  # nano-gpt has answered already
    film.computed_up_to(tokens)
    film.hide_values(tokens)
    _task(film, tokens, e, layers[0], sorts)
    _numbers(film, given)
    _columns(film, tokens, e)
    parts = list(layers[0].members.values())
    _attention(film, tokens, e, parts[:2])
    _layer(film, layers[0], parts[2:])
    _layers(film, layers)
    _model(film)
    _guess(film, given - 1)
    _loop(film, given, sorts)


def _task(film, tokens, e, layer, sorts):
    film.open_on(film.layout, film.signs.card, azimuth=286, elevation=34)
    with film.beat("task"):
        film.say("A GPT reads a text and says what may come next.")
        film.camera.frame(film.layout, film.signs.card, azimuth=284, elevation=26, seconds=2.5)
        film.say("This one does it with {n:,} learned numbers, its [parameters](weight).", n=film.checkpoint.n_params)
        with film.together(seconds=3):
            film.fade(film.all_but(layer), to=0)
            film.camera.fly(layer, azimuth=289, elevation=9)
        if sorts:
            film.say("It was trained for one task: to put letters in order.")
            text = film.signs.input  # those letters
            with film.together(seconds=2.5):
                film.fade(film.all_but(text, tokens, e, film.ribbons(tokens, e)), to=0, seconds=1)
                film.fade(text, tokens, e, film.ribbons(tokens, e), to=1, seconds=1)
                film.camera.frame(text, tokens, e, azimuth=284, elevation=8)


def _numbers(film, given):
    with film.beat("numbers"):
        film.say("Its text comes in pieces, called tokens,")
        film.number_tokens(follow=min(film.example_time, given - 1), seconds=7)
        film.say("and each has a number in the vocabulary, the list of all it knows.")


def _columns(film, tokens, e):
    each = "Each" if len(film.tokens) > 1 else "It"
    text = film.signs.input  # where its letters can be read
    with film.beat("columns"):
        film.fade(film.all_but(), to=0, seconds=0)
        film.fade(text, tokens, e, film.ribbons(tokens, e), to=1, seconds=0.3)
        numbers, pieces = "These numbers are all that", "Its text, in pieces called tokens, each a number, is all that"
        film.say(f"{numbers if film.tells('numbers') else pieces} [goes in]({{tokens}}).", tokens=tokens)
        film.camera.frame(text, tokens, e, azimuth=282, elevation=8, seconds=0)
        film.show_values(tokens, seconds=2)
        film.say("{each} picks a learned [column]({x}) of {count};", each=each, x=e.output,
                 count=film.count(film.config.n_embd, "number"))  # fmt: skip
        film.sweep(e.output, seconds=4, slowly=False)
        if "position_weight" in e.members:
            film.say("another, for its place in the text, is added.")
        film.camera.frame(text, tokens, e, azimuth=285, elevation=9, seconds=2)


def _attention(film, tokens, e, parts):
    with film.beat("attention"):
        film.say("Now the columns run down through the model.")
        *before, attention = parts
        with film.together(seconds=2.5):
            film.fade(*parts, film.ribbons(e, *parts), to=1, seconds=1)
            film.camera.frame(tokens, e, *parts, azimuth=292, elevation=12, seconds=2)
            film.pulse(*before, titles=[part.title for part in before])
        film.say("In self-attention each takes over what it needs from those before it.")
        with film.together(seconds=5):
            film.fade(film.all_but(*parts), to=0, seconds=1)
            film.camera.frame(*parts, azimuth=288, elevation=10)
            film.pulse(attention, titles=[attention.title])


def _layer(film, layer, parts):
    with film.beat("layer"):
        film.say("Then a small network, the MLP, works on each column by itself.")
        with film.together(seconds=5):
            film.fade(layer, film.ribbons(layer), to=1, seconds=1)
            film.camera.frame(layer, azimuth=291, elevation=9, seconds=2.5)
            film.pulse(*parts, titles=[part.title for part in parts])
        film.say("That was one layer.")
        film.camera.frame(layer, azimuth=286, elevation=7, seconds=2)


def _layers(film, layers):
    """Those after the first, a turn each; it ends on the last of them, so that they are seen while told of."""
    rest, signs = layers[1:], film.signs
    step = max(1, -(-len(rest) // TURNS))
    turns = [rest[i : i + step] for i in range(0, len(rest), step)]
    names = [_span(1 + i * step, len(turn)) for i, turn in enumerate(turns)]
    more = "Then {n} more are built alike, each with weights of its own." if rest[1:] else "One more is built alike."
    with film.beat("layers"):
        film.say(more if rest else "This model has no other.", n=len(rest))
        with film.together(seconds=1.5):
            film.fade(film.all_but(signs.next, signs.output, signs.candidates), to=1)
            film.camera.fly(film.layout, azimuth=288, elevation=24)
        film.camera.fly(*(turns or [layers])[0], azimuth=284, elevation=9, seconds=1.2)
        for turn, name in zip(turns, names, strict=True):
            film.locate(turn)
            with film.together(seconds=min(3.0, 12.0 / len(turns))):
                film.camera.take(turn, azimuth=282, elevation=8)
                film.pulse(turn, titles=[name])
        film.locate()


def _model(film):
    with film.beat("model"):
        film.say("At the bottom each column becomes scores for all tokens, called logits,")
        with film.together(seconds=2.5):
            film.camera.take([film.layout.ln_f, film.layout.output], azimuth=280, elevation=7)
            film.pulse(film.layout.ln_f, titles=["Last layer norm"])
        output = film.closeup(film.layout.output, seconds=1.5).output  # of a wide model
        rows = output.logits, output.probs
        tall = rows[0].cells[2] > rows[0].cells[0]  # a vocabulary of many tokens: side by side, with room for names
        zoom = 0.86 if tall else 1
        with film.together(seconds=1.5):
            film.fade(film.all_but(*rows), to=0, seconds=0.5)
            film.arrange(*rows[: 1 if tall else 2])
            if tall:
                film.move(rows[1], beside=rows[0])
                film.letters(rows[1])
            film.camera.frame(*rows, azimuth=276, elevation=5, zoom=zoom)
        film.sweep(*rows, seconds=5, slowly=False)
        film.say("and softmax turns these into its [chances]({p}), which sum to 1.", p=output.probs)
        film.camera.frame(*rows, azimuth=273, elevation=4, zoom=zoom, seconds=2)


def _span(first, count):
    return f"Layer {first}" if count == 1 else f"Layers {first} to {first + count - 1}"


def _guess(film, t):
    chances = film.chances(t)
    few = (-chances).argsort(kind="stable")[:SHOWN].tolist()
    shown = "" if len(chances) <= SHOWN else f", the {SHOWN} likeliest"
    with film.beat("guess"):
        film.say("The column of its last token says what may follow the text.")
        film.chart(chances[few], few, f"What may follow{shown}", span=(0, 1), percent=True, seconds=3)
        film.say("Here the {token} is likeliest, with {p:.1%}.", token=film.name_of(few[0]), p=float(chances[few[0]]))


def _loop(film, given, sorts):
    with film.beat("loop"):
        film.say("One token is chosen, put at the end, and the whole model runs again,")
        written = film.write_on(after=given - 1, most=given if sorts else 6, seconds=18)
        if sorts and written == sorted(film.tokens[:given]):
            film.say("until all {n} stand sorted.", n=film.count(given, "letter"))
        else:
            film.say("and so on: it writes.")
