"""Embedding: every token becomes a column of numbers, which say what it is and where it stands."""

title = "Embedding"
part = "Step by step"
question = "How does text become numbers?"
answer = "Each token takes a learned column, and its position adds another."
trailer = ("sum",)

APART, TERMS = 0.1, (0.54, 0.22)
"""Metres that a column stands apart from its block; and that what is added up stands before its sum."""
SEEN = 3
"""Further columns of which it is seen where they come from."""
ROWS, MORE = 24, 44
"""Of each column that are drawn, for their numbers to be large; and where the tables are as wide as that, or wider."""
SIGN = 0.3
"""Size of a sign between columns or grids, in metres."""
NEAR = 0.75, 0.25
"""Metres from these to what they are added to: at the left of the followed column there is room for both."""
GAP, DROP = 0.75, 1.2
"""Metres from the stream to what reads it, and by which that stands lower."""
REST = 0.35
"""Opacity of the blocks that columns are taken from."""


def play(film):
    tokens, e = film.layout.tokens, film.layout.embedding
    t = film.example_time
    film.computed_up_to(tokens)
    film.fade(film.all_but(tokens, e), to=0, seconds=0)
    text = film.signs.input  # where its letters can be read
    film.fade(text, to=1, seconds=0)
    film.open_on(text, tokens, e, azimuth=288, elevation=9)
    tokens, e, read, after = _what_for(film, text, tokens, e)
    with film.beat("number"):
        follow = "We follow one of them, the {token}." if len(film.tokens) > 1 else "We follow it, the {token}."
        film.say(follow, token=film.token_name(t))
        film.number_tokens(follow=t, seconds=7)
        film.say("The vocabulary lists all {n} that the model knows.", n=film.count(film.config.vocab_size, "token"))
        film.say("There it has the number {id:,}.", id=film.tokens[t])
    columns, signs = _columns(film, text, tokens, e, t)
    _sum(film, e, t, columns, signs)
    _all(film, text, tokens, e)
    _equals(film, e, t)
    with film.beat("all-there-is"):
        film.say("This is all that the model gets of the text.")
        film.camera.frame(text, tokens, e, azimuth=282, elevation=7, seconds=0)
        film.fade(text, tokens, e, to=1, seconds=0.3)
        film.camera.frame(text, tokens, e, azimuth=279, elevation=6, seconds=2)
        film.say("All that follows is calculated from these [columns]({x}).", x=e.output)
        with film.together(seconds=2):
            film.fade(text, tokens, to=0, seconds=1)
            film.camera.frame(e, azimuth=276, elevation=4)
    drawn = _stream(film, e.output, read, after)
    film.fade(*drawn, to=0, seconds=0)
    film.one_scale(e, seconds=0)
    _side_by_side(film, e)  # what the answer is about
    film.camera.frame(e, azimuth=274, elevation=3, zoom=0.93, seconds=0)


def _what_for(film, text, tokens, e):
    many = len(film.tokens) > 1
    with film.beat("what-for"):
        film.say("A model can only calculate, so its text must become numbers.")
        film.camera.frame(text, tokens, e, azimuth=284, elevation=7, seconds=2.5)
        first = film.layout.layers[0]
        film.fade(film.ribbons(e), to=0, seconds=0)  # columns will stand in their way
        rows = ROWS if film.config.vocab_size < MORE else MORE
        close = film.closeup(tokens, e, first.ln_1.output, first.mlp.residual, channels=rows, seconds=0)
        tokens, e, first = close.tokens, close.embedding, close.layers[0]
        film.fade(first.ln_1.output, first.mlp.residual, to=0, seconds=0)
        film.one_scale(e, seconds=0)  # what is added up here
        _near(film, e)
        film.camera.frame(text, tokens, e, azimuth=283, elevation=6, seconds=0)
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
    return tokens, e, first.ln_1.output, first.mlp.residual


def _near(film, e):
    """The tables stand near to what is made of them."""
    for table, side, gap in zip((e.token_weight, e.position_weight), ("left", "right"), NEAR, strict=True):
        film.move(table, beside=e.output, side=side, gap=gap, seconds=0)


def _columns(film, text, tokens, e, t):
    words, places, x = e.token_weight[film.tokens[t]], e.position_weight[t], e.output
    with film.beat("token"):
        film.say("That number picks a [column]({c}) of the [token embedding]({w}).", c=words, w=e.token_weight)
        film.camera.frame(text, tokens, e, azimuth=277, elevation=4, zoom=0.98, seconds=0.8)
        film.send(t, to=words, seconds=1.5)
        film.split(words, gap=APART, others=REST, seconds=0.6)
        film.say("The model learned one for each token it knows.")
        with film.together(seconds=1):
            film.fade(text, tokens, to=0, seconds=0.3)
            film.camera.frame(e, azimuth=276, elevation=4, zoom=0.95)
        film.split(x[t], gap=APART, others=0, seconds=0.6)
        first = film.copy(words)
        film.stand(first, beside=x[t], gap=TERMS[0], seconds=2)
        film.say("Wherever the {token} occurs, it gets this same column.", token=film.token_name(t))
        film.camera.frame(e, azimuth=275, elevation=4, zoom=0.95, seconds=2)
    with film.beat("position"):
        film.say("But order matters: the [position embedding]({p}) has a column for every place.", p=e.position_weight)
        film.camera.frame(e, azimuth=273, elevation=3, zoom=0.95, seconds=2)
        film.say("Counting from 0, this token stands at t = {t},", t=t)
        film.split(places, gap=APART, others=REST, seconds=0.8)
        film.say("so it gets [column {t}]({c}) too.", t=t, c=places)
        second = film.copy(places)
        film.stand(second, beside=x[t], gap=TERMS[1], seconds=2)
        pairs = ("+", first, second), ("=", second, x[t])
        signs = [film.symbol(sign, between=tuple(ends), size=0.6 * SIGN, seconds=0.2) for sign, *ends in pairs]
    return (first, second), signs


def _sum(film, e, t, columns, signs):
    with film.beat("sum"):
        film.say("Both columns are added up, number by number.")
        film.fade(*signs, to=0, seconds=0.3)
        film.add_up(e.output[t], of=columns, seconds=12)
        film.say("The sum is the [input embedding]({x}) of this token.", x=e.output)
        film.say("It tells both what the token is and where it stands.")


def _all(film, text, tokens, e):
    with film.beat("all-columns"):
        many = len(film.tokens) > 1
        film.say("The other columns are made alike," if many else "Further columns would be made alike,")
        signs = _side_by_side(film, e)
        film.camera.frame(e, azimuth=274, elevation=3, zoom=0.93, seconds=0)
        film.letters(e.output, seconds=0.3)
        times = [i for i in range(len(film.tokens)) if e.output.axes[0].cell(i + 1) > e.output.axes[0].cell(i)]
        drawn = []
        for i in [i for i in times if i != film.example_time][:SEEN]:
            film.fade(*drawn, to=0, seconds=0.1)
            drawn = film.gather(e.output[i], e.token_weight[film.tokens[i]], e.position_weight[i], seconds=1.6)
        film.say("each from its own token and its own place.")
        film.fade(*drawn, to=0, seconds=0.2)
        film.light(e, to=0, seconds=0.3)
        film.merge(e.token_weight, e.output, e.position_weight, seconds=0)
        film.sweep(e.output, seconds=3, slowly=False)
        film.camera.frame(e, azimuth=276, elevation=4, seconds=2)
    film.fade(film.all_but(), *signs, to=0, seconds=0.3)
    film.move(e.output, seconds=0)
    _near(film, e)


def _side_by_side(film, e):
    """The tables and what is added up of them, with the signs between, which are returned."""
    film.fade(film.all_but(), to=0, seconds=0)
    film.merge(e.token_weight, e.output, e.position_weight, seconds=0)
    film.arrange((e.token_weight, e.position_weight, e.output), in_order=True, all_named=True, seconds=0)
    film.fade(e, to=1, seconds=0.3)
    pairs = ("+", e.token_weight, e.position_weight), ("=", e.position_weight, e.output)
    return [film.symbol(sign, between=tuple(ends), size=SIGN, seconds=0) for sign, *ends in pairs]


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


def _stream(film, x, read, after):
    """What becomes of all columns: they head the stream, which the layers read and add to. Returns what is drawn."""
    rows = min(x.axes[1].cells, ROWS)  # over what stands lower
    top, below, upper = slice(0, rows // 6 + 1), slice(rows // 6, rows // 3 + 1), slice(0, 2 * rows // 3 + 1)
    with film.beat("stream"):
        film.locate(x)
        film.say("With these columns the [residual stream]({x}) begins,", x=x)
        film.fade(film.all_but(x), to=0, seconds=0.3)
        film.call(read, after, names=("Read by layer 0", "After layer 0"))
        film.letters(x, read, after, seconds=0)
        film.move(read, beside=x, gap=GAP, seconds=0)
        film.move(after, beside=read, gap=2 * GAP, seconds=0)
        film.move(read, by=(0, 0, -DROP), seconds=0)
        film.camera.frame(x, read, after, azimuth=275, elevation=4, seconds=1)
        film.one_scale(x, after, seconds=0)
        with film.together(seconds=1):
            film.fade(after, to=1)
            drawn = [film.connect(x[:, top], after[:, top], width=0.4)]
            drawn += [film.symbol("residual stream", between=(x[:, below], after[:, below]), size=0.22)]
        film.say("which every layer reads, and adds to.")
        film.fade(read, to=1, seconds=0.5)
        drawn += [film.connect(x, read, seconds=0.5)]
        film.sweep(read, seconds=1.5, slowly=False)
        drawn += [film.connect(read, after, seconds=0.5)]
        drawn += [film.symbol("layer 0", between=(read[:, upper], after[:, upper]), size=0.22, seconds=0.5)]
        film.sweep(after, seconds=1.5, slowly=False)
        film.camera.frame(x, read, after, azimuth=278, elevation=5, seconds=2)
    return drawn
