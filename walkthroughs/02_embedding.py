"""Embedding: every token becomes a column of numbers, which say what it is and where it stands."""

title = "Embedding"
part = "Step by step"
question = "How does text become numbers?"
answer = "Each token takes a learned column, and its position adds another."
trailer = ("sum",)

APART, WIDE = 0.1, 0.3
"""Metres that a column stands apart from its block; and from one in which others will stand beside it."""
REST, STILL = 0.35, 0.8
"""Opacity of the blocks that columns are taken from; and of the layer that they do not run through yet."""


def play(film):
    tokens, e = film.layout.tokens, film.layout.embedding
    t = film.example_time
    film.computed_up_to(tokens)
    film.fade(film.all_but(tokens, e), to=0, seconds=0)
    text = film.signs.input  # where its letters can be read
    film.fade(text, to=1, seconds=0)
    film.open_on(text, tokens, e, azimuth=288, elevation=9)
    tokens, e = _what_for(film, text, tokens, e)
    with film.beat("number"):
        follow = "We follow one of them, the {token}." if len(film.tokens) > 1 else "We follow it, the {token}."
        film.say(follow, token=film.token_name(t))
        film.number_tokens(follow=t, seconds=7)
        film.say("The vocabulary lists all {n} that the model knows.", n=film.count(film.config.vocab_size, "token"))
        film.say("There it has the number {id:,}.", id=film.tokens[t])
    *columns, plus = _columns(film, text, tokens, e, t)
    _sum(film, e, t, columns, plus)
    _all(film, text, tokens, e)
    _equals(film, e, t)
    with film.beat("all-there-is"):
        film.say("This is all that the model gets of the text.")
        film.camera.frame(text, tokens, e, azimuth=276, elevation=4, seconds=0)
        film.camera.frame(text, tokens, e, azimuth=282, elevation=7, seconds=3)
        film.say("All that follows is calculated from these [columns]({x}).", x=e.output)
        film.step_back()
    _in_place(film, text)


def _what_for(film, text, tokens, e):
    many = len(film.tokens) > 1
    with film.beat("what-for"):
        film.say("A model can only calculate, so its text must become numbers.")
        film.camera.frame(text, tokens, e, azimuth=284, elevation=7, seconds=2.5)
        close = film.closeup(tokens, e, seconds=1)  # of a wide model; else it is the layout
        tokens, e = close.tokens, close.embedding
        film.one_scale(e, seconds=0)  # what is added up here
        film.say(
            "The text is cut into {count:,} pieces, its [tokens]({tokens});"
            if many
            else "The text is one piece here, one [token]({tokens});",
            count=len(film.tokens), tokens=tokens,
        )  # fmt: skip
        film.camera.frame(text, tokens, e, azimuth=281, elevation=6, seconds=2)
        film.say(
            "{each} gets a [column]({x}) of [{channels}](C), its embedding.",
            each="each" if many else "it", x=e.output, channels=film.count(film.config.n_embd, "number"),
        )  # fmt: skip
        film.camera.frame(text, tokens, e, azimuth=279, elevation=5, seconds=2)
    return tokens, e


def _columns(film, text, tokens, e, t):
    words, places, x = e.token_weight[film.tokens[t]], e.position_weight[t], e.output
    with film.beat("token"):
        film.say("That number picks a [column]({c}) of the [token embedding]({w}).", c=words, w=e.token_weight)
        film.camera.frame(text, tokens, e, azimuth=277, elevation=4, zoom=0.98, seconds=0)
        film.send(t, to=words, seconds=1.5)
        film.split(words, gap=APART, others=REST, seconds=0.6)
        film.say("The model learned one for each token it knows.")
        with film.together(seconds=1):
            film.fade(text, tokens, to=0, seconds=0.3)
            film.camera.frame(e, azimuth=276, elevation=4, zoom=0.95)
        film.split(x[t], gap=WIDE, others=0.55, seconds=0.6)
        first = film.copy(words)
        film.stand(first, beside=x[t], seconds=2)
        film.say("Wherever the {token} occurs, it gets this same column.", token=film.token_name(t))
        film.camera.frame(e, azimuth=275, elevation=4, zoom=0.95, seconds=2)
    with film.beat("position"):
        film.say("But order matters: the [position embedding]({p}) has a column for every place.", p=e.position_weight)
        film.camera.frame(e, azimuth=273, elevation=3, zoom=0.95, seconds=2)
        film.say("Counting from 0, this token stands at t = {t},", t=t)
        film.split(places, gap=APART, others=REST, seconds=0.8)
        film.say("so it gets [column {t}]({c}) too.", t=t, c=places)
        second = film.copy(places)
        film.stand(second, beside=x[t], side="right", seconds=2)
        plus = film.symbol("+", between=(first, second), size=0.45, seconds=0.4)
    return first, second, plus


def _sum(film, e, t, columns, plus):
    with film.beat("sum"):
        film.say("Both columns are added up, number by number.")
        film.fade(plus, to=0, seconds=0.3)
        film.add_up(e.output[t], of=columns, seconds=12)
        film.say("The sum is the [input embedding]({x}) of this token.", x=e.output)
        film.say("It tells both what the token is and where it stands.")


def _all(film, text, tokens, e):
    with film.beat("all-columns"):
        many = len(film.tokens) > 1
        film.say("The other columns are made alike," if many else "Further columns would be made alike,")
        film.merge(e.token_weight, e.output, e.position_weight, seconds=0)
        film.fade(text, tokens, to=1, seconds=0)
        film.camera.frame(text, tokens, e, azimuth=280, elevation=6, seconds=0)
        film.sweep(e.output, seconds=5, slowly=False)
        film.say("each from its own token and its own place.")
        film.camera.frame(text, tokens, e, azimuth=283, elevation=7, seconds=2)


def _equals(film, e, t):
    """Of a token that is there twice, the followed one if it is, two sums side by side."""
    tokens, columns = film.tokens, film.values(e.output)
    shown = [i for i in range(len(tokens)) if e.output.axes[0].cell(i + 1) > e.output.axes[0].cell(i)]
    pairs = [(a, b) for a in shown for b in shown if a < b and tokens[a] == tokens[b]]
    pairs = [(a, b) for a, b in pairs if (columns[a] != columns[b]).any()]
    if not pairs:
        return
    a, b = next((pair for pair in pairs if t in pair), pairs[0])
    with film.beat("same-token"):
        film.say("The {token} stands at t = {a} and at t = {b}.", token=film.token_name(a), a=a, b=b)
        film.add_up(e.output[a], e.output[b], seconds=11)
        film.say("Same token, so the same first column; other place, so a different second one.")
        film.say("So the sums differ, and the model can tell them apart.")


def _in_place(film, text):
    """Where all columns stand in the model: over the first layer, at the head of the stream."""
    tokens, e, layer = film.layout.tokens, film.layout.embedding, film.layout.layers[0]
    norm, attention, *_ = layer.members.values()
    below = norm, attention
    with film.beat("in-place"):
        film.say("This is where they stand in the model: above its first layer,")
        whole = tokens, e, *below
        names = film.flank((tokens, e), titles=["Embedding"], among=whole, seconds=0)
        names += film.flank(below, titles=[attention.title], among=whole, seconds=0)
        others = [film.signs.label(grid) for grid in (tokens, *e.grids) if grid is not e.output]
        film.fade(*names, to=0, seconds=0)
        film.fade(*below, film.ribbons(e, *below), to=STILL, seconds=0)
        film.fade(*(film.signs.labels(part) for part in below), to=0, seconds=0)  # one is enough there
        with film.together(seconds=2.5):
            film.fade(text, *others, to=0, seconds=0.5)
            film.camera.frame(*whole, *names, azimuth=290, elevation=13)
        film.fade(*names, to=1, seconds=0.5)
        film.say("at the head of the [residual stream]({x}), which every layer reads.", x=e.output)
        film.fade(e.output, attention.residual, film.ribbons(e.output, attention.residual), to=1, seconds=0.5)
        film.fade(film.signs.label(attention.residual), to=0, seconds=0)
        film.camera.frame(tokens, e, *below, *names, azimuth=286, elevation=11, seconds=2)
