"""Self Attention: the columns look at each other, and each takes over what it needs from those before it."""

title = "Self Attention"
part = "Detailed"


def play(film):
    layer = film.layout.layers[0]
    x, heads = layer.ln_1.output, layer.attn.heads
    t = min(5, len(film.tokens) - 1)
    head = heads[film.largest([film.values(h.weights)[t].max() for h in heads])[0]]  # with the clearest answer
    film.computed_up_to(x)
    number = heads.index(head)
    _heads(film, x, heads, number)
    close = film.closeup(head, x, seconds=1.2)  # of a wide model; else it is the layout
    x, head = close.layers[0].ln_1.output, close.layers[0].attn.heads[number]
    _flat(film, x, head)
    _vectors(film, x, head, t)
    _lookup(film)
    letters = _scores(film, x, head, t)
    _softmax(film, head, t, letters)
    _values(film, head, t)
    _rest(film, x, head, number)


def _heads(film, x, heads, number):
    count, head = len(heads), heads[number]
    film.open_on(film.layout.embedding, x, heads, azimuth=287, elevation=14)
    film.say(
        "what-for",
        "So far every column was treated alone. In [self-attention]({heads}) the columns look at each other: each one "
        "searches those before it, and itself, and takes over what it needs. This is the only place in a layer where "
        "anything passes from one token to another.",
        heads=head.scores,
    )  # fmt: skip
    with film.together(seconds=1.5):
        film.fade(film.all_but(x, heads, *(_bracket(h) for h in heads)), to=0)
        film.fade(*(_bracket(h) for h in heads), to=0)
        film.camera.frame(x, heads, *(_bracket(h) for h in heads), azimuth=312, elevation=26)
    film.in_turn(*heads, titles=[f"Head {i}" for i in range(count)], seconds=5)
    film.say(
        "one-head",
        "The {count} heads are built alike, side by side, each with weights of its own. They do not know of each "
        "other, so it is enough to follow one. We take head {number} and lay it out flat."
        if count > 1 else "Here one head does all of this. We take it and lay it out flat.",
        count=count, number=number,
    )  # fmt: skip
    with film.together(seconds=1.2):
        film.fade(film.all_but(x, head), *film.layout.ribbons, to=0)
        film.camera.frame(x, head, azimuth=281, elevation=8)


def _flat(film, x, head):
    with film.together(seconds=2):
        film.arrange(*_rows(head), level=x)
    with film.together(seconds=1):
        film.move(x, by=(0, 0, (film.box(head.k)[0] + film.box(head.k)[1] - sum(x.box))[2] / 2))
        film.fade(*_rows(head)[3:], to=0)
        film.camera.frame(x, *_rows(head)[:3], azimuth=276, elevation=5)


def _bracket(head):
    return "section:" + head.q.name.rsplit(".", 1)[0]


def _rows(head):
    q, k, v = (tuple(getattr(head, f"{letter}{end}") for end in ("_weight", "_bias", "")) for letter in "qkv")
    return q, k, v, (head.scores, head.max, head.sum, head.weights), (head.output,)


def _vectors(film, x, head, t):
    q, k, v, matrix, output = _rows(head)
    film.say(
        "three-vectors",
        "From every [column]({x}) the head makes three {shorter}vectors of [{numbers}](A): a [query]({q}), what this "
        "column looks for; a [key]({k}), by which it is found; and a [value]({v}), what it has to give. Each has "
        "its own [weights]({w}){bias}.{drawn}",
        x=x, q=head.q, k=head.k, v=head.v, w=head.q_weight,
        shorter="shorter " if film.config.head_size < film.config.n_embd else "",
        numbers="1 number" if film.config.head_size == 1 else f"{film.config.head_size:,} numbers",
        bias=" and bias" if film.checkpoint.biases else "",
        drawn="" if head.q_weight.shown_shape == head.q_weight.shape else " Only the first cells are drawn; labels say "
        "of how many.",
    )  # fmt: skip
    arrows = []
    for weight, bias, vector in (q, k, v):
        with film.together():
            arrows += [film.connect(bias, weight), film.connect(weight, vector), film.connect(x, vector)]

    cell = head.q[t, min(2, film.config.head_size - 1)]
    film.say(
        "one-number",
        "How is one number of them made? A row of the [weights]({w}) meets the [column]({x}) at t = {t}: number by "
        "number they are multiplied, and all the products are added up. That is a dot product. {bias}",
        w=head.q_weight, x=x[t], t=t,
        bias="A bias comes on top." if film.checkpoint.biases else "A bias, which this model does without, would be 0.",
    )  # fmt: skip
    film.fade(*k, *v, *arrows[3:], to=0)
    film.dot_product(cell, seconds=14)
    film.compute(cell, seconds=2)

    with film.together():
        film.fade(*k, *v, to=1)
        film.fade(*arrows[3:], to=0.3)
    film.say(
        "all-vectors",
        "It came to {cell}. All other numbers of Q, K and V are made in the same way, each from its own row of weights "
        "and its own column.",
        cell=cell,
    )  # fmt: skip
    film.sweep(head.q, head.k, head.v, seconds=6)
    film.dismiss()
    film.fade(*arrows, to=0)


def _lookup(film):
    film.say(
        "lookup",
        "What are the three for? A dictionary has keys and values: a query finds the key that is equal and gets its "
        "value. Attention asks more softly: every key fits a little or a lot, and the answer is a mixture of all "
        "values, each counting as much as its key fits.",
    )  # fmt: skip
    prices = {"apple": 2, "pear": 3, "plum": 8}
    film.lookup(prices, "pear", seconds=3.5)
    film.lookup(prices, "like a pear", weights=(0.2, 0.7, 0.1), seconds=4)


def _scores(film, x, head, t):
    best = film.largest(head.scores[t, : t + 1])[0]
    q, k, v, matrix, output = _rows(head)
    with film.together(seconds=1.5):
        film.fade(*q[:2], *k[:2], *v, x, *film.beat[1:], to=0, seconds=0.5)  # and the lookup picture
        film.arrange(head.q, head.k, matrix)
        film.fade(head.scores, to=1)
        film.camera.frame(head.q, head.k, *matrix, azimuth=273, elevation=3)
    film.say(
        "scores",
        "Take the [query]({q}) of the {token} at t = {t}. Its dot product with the [key]({k}) of a column tells how "
        "well the two fit. Divided by √{A:,}, so that longer vectors do not give larger numbers, it goes into row {t} "
        "of the [attention matrix]({s}).",
        q=head.q, k=head.k, s=head.scores, token=film.token_name(t), t=t, A=film.config.head_size,
    )  # fmt: skip
    with film.together():
        arrows = [film.connect(head.q, head.scores), film.connect(head.k, head.scores)]
    letters = film.letters(head.scores)
    film.compute(head.scores[t, best], seconds=2)
    film.sweep(head.scores[t], seconds=4)
    film.say(
        "mask",
        "Keys that come later than the query are forbidden: a model that writes from left to right must not look "
        "ahead. {where}",
        where="In the whole matrix that is everything above the diagonal. Crosses mark these cells; their score "
        "counts as −∞." if len(film.tokens) > 1 else "Here there is but one key, so none is.",
    )  # fmt: skip
    with film.together(seconds=1):
        film.fade(head.q, head.k, *arrows, to=0)
        film.camera.frame(head.scores, azimuth=271, elevation=2, zoom=0.8)
    film.show_values(head.scores, seconds=3)
    film.wait(1)
    return letters


def _softmax(film, head, t, letters):
    names = [film.token_text(i) for i in range(t + 1)]
    best = film.largest(head.weights[t, : t + 1])
    with film.together(seconds=1):
        film.fade(head.max, head.sum, head.weights, to=1)
        film.camera.frame(head.scores, head.weights, azimuth=273, elevation=3, zoom=0.9)
    film.say(
        "maximum-and-sum",
        "The scores of a row become shares of one whole, by softmax. First the [largest]({m}) of the row, {m}, "
        "is subtracted from all, so that no exponential grows too large. The exponentials then [sum]({s}) to {s}.",
        m=head.max[t], s=head.sum[t],
    )  # fmt: skip
    with film.together():
        arrows = [film.connect(head.scores, head.max), film.connect(head.sum, head.weights)]
    film.compute(head.max[t], seconds=1.5)
    film.compute(head.sum[t], seconds=1.5)
    film.say(
        "softmax",
        "Each exponential divided by that sum is an attention [weight]({w}): never negative, and the whole row sums to "
        "1. A forbidden key gets 0.",
        w=head.weights,
    )  # fmt: skip
    film.sweep(head.weights[t], seconds=3)
    film.dismiss()
    film.bars(head.weights[t, : t + 1], names, f"What t = {t} gives to each column", seconds=4)
    film.say(
        "bands",
        f"{_looks(best, t)} The bands are as wide as the weights.",
        token=film.token_name(t), t=t, tied=len(best), other=film.token_name(best[0]), best=best[0],
        weight=head.weights[t, best[0]],
    )  # fmt: skip
    film.bands(head.weights[t], f"Attention of t = {t}", seconds=3)
    film.fade(*arrows, letters, to=0)


def _looks(best, t):
    """What column ``t`` looks at, whose largest weights are those of ``best``."""
    who, share = "So the {token} at t = {t} looks", "{weight:.0%} of its attention"
    if t == 0:
        return "The {token} at t = 0 is the first, so it can look at nothing but itself: all of its attention stays."
    if len(best) == t + 1:
        return f"{who} at all {{tied}} columns alike, itself among them: {share} goes to each."
    if len(best) > 1:
        return f"{who} most at {{tied}} columns alike, one of them the {{other}} at t = {{best}}: {share} goes to each."
    return f"{who} most at " + ("itself" if best[0] == t else "the {other} at t = {best}") + f": {share} goes there."


def _values(film, head, t):
    film.arrange(head.v, _rows(head)[3], head.output, level=head.k, seconds=0)
    with film.together(seconds=1):
        film.fade(head.v, head.output, to=1)
        film.fade(head.max, head.sum, head.scores, to=0)
        film.camera.frame(head.v, head.weights, head.output)
    film.say(
        "weighted-sum",
        "The answer is made of the [values]({v}). Each one is multiplied by its weight, so that most is left of what "
        "fits best, and all are added up: this column now holds what it found where it looked.",
        v=head.v,
    )  # fmt: skip
    film.weighted_sum(head.output[t], seconds=11)


def _rest(film, x, head, number):
    q, k, v, matrix, output = _rows(head)
    film.fade(head.v, head.weights, *output, to=0)
    film.arrange(*_rows(head), seconds=0)
    with film.together(seconds=1):
        film.fade(*q, *k, *v, x, *matrix, *output, to=1)
        film.camera.frame(x, head, azimuth=276, elevation=5)
    film.say(
        "all-rows",
        "Whatever other rows and columns there are go the same way, and a computer runs them all at once: no query "
        "needs anything of another.",
    )  # fmt: skip
    film.sweep(head.max, head.sum, head.weights, head.output, seconds=6)
    film.dismiss()
    film.wait(0.5)
    film.say(
        "one-picture",
        "This is what the head has done, in one picture: {who}. What comes next, the projection, {next}.",
        who="every column below looks at those above, up to itself, and the bands that arrive at one sum to 1. The "
        "first sees only itself; later ones choose, each by its own query"
        if len(film.tokens) > 1 else "the only column looks at itself, with all of its attention",
        next="puts the answers of all heads together" if len(film.layout.layers[0].attn.heads) > 1 else "takes it on",
    )  # fmt: skip
    film.fade(x, head, to=0, seconds=0.8)
    film.bands(head.weights[:], f"Attention of head {number}", large=True, seconds=4)
    film.wait(1.5)
