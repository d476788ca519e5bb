"""Self Attention: the columns look at each other, and each takes something over from those before it."""

title = "Self Attention"
part = "Step by step"
question = "How does one token learn from the others?"
answer = "Its query weighs their keys, and it takes over a mixture of their values."
short = ("lookup", "scores", "bands")
trailer = ("scores", "bands")


def play(film):
    x, heads = film.layout.layers[0].ln_1.output, film.layout.layers[0].attn.heads
    t = min(5, len(film.tokens) - 1)
    number = film.clearest(*(head.weights[t] for head in heads))
    film.computed_up_to(x)
    film.fade(film.all_but(x, heads), to=0, seconds=0)
    names = film.entitle(*heads, titles=[f"Head {i}" for i in range(len(heads))], seconds=0)
    film.open_on(x, heads, *names, azimuth=300, elevation=26)
    with film.beat("what-for"):
        film.say("So far every [column]({x}) was treated alone.", x=x)
        film.inscribe(*((head.q, head.k, head.v) for head in heads), names=("Q", "K", "V"), seconds=0.5)
        film.say("In [self-attention]({s}) each looks at those before it, and at itself,", s=heads[number].scores)
        film.camera.frame(x, heads, *names, azimuth=302, elevation=36, zoom=0.95, seconds=4)
        film.say("and takes something over. Only here does anything pass from one token to another.")
    with film.beat("one-head"):
        _tour(film, x, heads, names, number)
        close = film.closeup(heads[number], x, channels=84, seconds=1.2)  # of a wide model: broad, to be seen
        x, head = close.layers[0].ln_1.output, close.layers[0].attn.heads[number]
        film.letters(x, seconds=0.5)
        _lie_flat(film, x, head)
    _vectors(film, x, head)
    _one_number(film, x, head, t)
    _lookup(film, x, head)
    _scores(film, x, head, t)
    _softmax(film, head, t)
    _values(film, head, t)
    _rest(film, x, head, number, t)


def _tour(film, x, heads, names, number):
    many, built = len(heads) > 1, "The {count} heads are built alike, each with weights of its own."
    film.say(built if many else "Here one head does all of this.", count=len(heads))
    film.in_turn(*heads, titles=names, last=number, seconds=4)
    if many:
        film.say("They do not know of each other, so it is enough to follow one.")
    film.say("We take {head} and lay it out flat.", head=f"head {number}" if many else "it")
    with film.together(seconds=1.2):
        film.fade(film.all_but(x, heads[number]), names, to=0)
        film.camera.frame(x, heads[number], azimuth=281, elevation=8)
    film.fade(*film.signs.labels(heads[number]), to=1, seconds=0.3)


def _lie_flat(film, x, head, seconds=3):
    with film.together():  # the camera is there first, so that nothing is out of the picture on its way
        film.arrange(*head.rows[:3], (*head.rows.matrix, head.output), level=x, seconds=seconds)
        film.fade(x, head, to=1, seconds=1 if seconds else 0.4)
        film.move(x, beside=head.k, level=head.k, gap=0.75 * head.k.size[2], seconds=seconds)
        film.camera.frame(x, head, azimuth=271 if seconds else 277, elevation=1, zoom=0.95, seconds=seconds / 3)
    film.camera.frame(x, head, azimuth=270.5, elevation=1, zoom=0.95, seconds=0.8 if seconds else 3)


def _vectors(film, x, head):
    A = film.config.head_size
    with film.beat("three-vectors"):
        film.say(
            "From every [column]({x}) the head makes three {shorter}vectors of [A = {numbers}](A):",
            x=x, shorter="shorter " if film.config.n_embd > A else "", numbers=film.count(A, "number"),
        )  # fmt: skip
        with film.together(seconds=0.8):
            film.fade(head.rows.matrix, head.rows.output, to=0)
            film.arrange(*head.rows[:3], level=x)
            film.move(x, beside=head.k, level=head.k)
        film.camera.frame(x, *head.rows[:3], azimuth=274, elevation=4, seconds=1)
        for vectors, clause in (
            (head.q, "a [query]({v}), what this column looks for;"),
            (head.k, "a [key]({v}), by which it is found;"),
            (head.v, "a [value]({v}), what it has to give."),
        ):
            film.say(clause, v=vectors)
            film.light(vectors, to=0.8, seconds=0.6)
            film.light(vectors, to=0, seconds=0.6)
        film.say("Each has its own [weights]({w}){b}.", w=head.q_weight, b=" and bias" * film.checkpoint.biases)


def _one_number(film, x, head, t):
    (q, k, v, *_), a, more = head.rows, min(2, film.config.head_size - 1), t > film.example_time
    with film.beat("row-and-column"):
        film.say("How is one number made?")
        with film.together(seconds=1.5):
            film.fade(*k, *v, to=0)
            film.move(x, beside=head.q, side=("right", "above"), among=q, below=0.95)
        film.camera.frame(x, *q, azimuth=272, elevation=2, seconds=1)
        film.say("We follow t = {t}, for it has more columns before it." if more else "We still follow t = {t}.", t=t)
        film.split(x[t], gap=0.15, others=0.4)
        film.say("A row of the [weights]({w}) meets this [column]({x}).", w=head.q_weight[a], x=x[t])
        film.split(head.q_weight[a], others=0.4)
        film.outline(x[t], head.q_weight[a], head.q[t, a], seconds=0.5)
        row = film.copy(head.q_weight[a], along="z", seconds=0)
        film.stand(row, beside=x[t], gap=0.03, seconds=2)
    with film.beat("one-number"):
        film.say("Pair by pair they are multiplied, then added up: a dot product.")
        film.fade(row, to=0, seconds=0)
        film.dot_product(head.q[t, a], seconds=14)
        film.say("A bias comes on top." if film.checkpoint.biases else "A bias, which this model lacks, would be 0.")
        film.compute(head.q[t, a], seconds=2)
        film.say("So it is {cell}.", cell=head.q[t, a])
    with film.beat("all-vectors"):
        film.say("All other numbers of Q, K and V are made in the same way,")
        with film.together():
            film.merge(x, head.q_weight)
            film.fade(*k, *v, to=1)
            film.move(x, beside=head.k, level=head.k)
            film.camera.frame(x, *head.rows[:3], azimuth=274, elevation=4)
        film.sweep(head.q, head.k, head.v, waits=0.69, seconds=8, slowly=False)
        film.say("each from its own row of weights and its own column.")


def _lookup(film, x, head):
    prices = {"apple": 2, "pear": 3, "plum": 8}
    with film.beat("lookup"):
        film.fade(x, head, to=0, seconds=1)
        film.say("In a dictionary, the key that equals the query answers with its value.")
        film.lookup(prices, "pear", seconds=3.5)
        film.say("In attention each key fits, a little or a lot,")
        film.lookup(prices, "like a pear", weights=(0.2, 0.7, 0.1), seconds=4)
        film.say("and all values mix, each as much as its key fits.")


def _scores(film, x, head, t):
    best, A = film.largest(head.scores[t, : t + 1])[0], film.config.head_size
    with film.beat("scores"):
        film.say("Take the [query]({q}) of the {token}, t = {t}.", q=head.q, token=film.token_name(t), t=t)
        film.arrange((head.q, head.scores), in_order=True, all_named=True, seconds=0)
        film.move(head.k, beside=head.scores, side=("right", "above"), among=(head.q, head.scores), seconds=0)
        film.camera.frame(head.q, head.k, head.scores, azimuth=271, elevation=2, seconds=0)
        film.fade(head.q, head.k, head.scores, to=1, seconds=0.8)
        film.say("It meets each [key]({k}) up to its own: where both agree, their product is positive.", k=head.k)
        film.slide_along(head.scores[t, : t + 1], seconds=14)
        film.say("Divided by √A = √{A}, it goes to the [attention matrix]({s}), row t = {t}.", A=A, t=t, s=head.scores)
        film.compute(head.scores[t, best], seconds=2)
    with film.beat("mask"):
        film.say("A query must not look ahead: keys that come later are forbidden.")
        film.fade(head.q, head.k, to=0, seconds=0.4)
        film.camera.frame(head.scores, azimuth=271, elevation=2, zoom=0.94, seconds=1.2)
        many, where = len(film.tokens) > 1, "In the whole matrix that is everything above the diagonal."
        film.say(where if many else "Here there is but one key, so none is.")
        film.shutter(head.scores, seconds=8)
        if many:
            film.say("Crosses mark these cells; their score counts as −∞.")


def _softmax(film, head, t):
    best = film.largest(head.weights[t, : t + 1])
    with film.beat("maximum-and-sum"):
        film.say("Softmax turns the scores of a row into shares of one whole.")
        with film.together(seconds=1.5):
            film.arrange(head.rows.matrix, level=head.k, in_order=True)
            film.fade(head.max, head.sum, head.weights, to=1)
            film.camera.frame(*head.rows.matrix, azimuth=273, elevation=3, zoom=0.97)
        film.say("To keep numbers small, the [largest]({m}), {m}, is subtracted: no share changes.", m=head.max[t])
        film.compute(head.max[t], seconds=1.5)
        film.say("Then each becomes its exponential, and these are [added up: Σ exp]({s}).", s=head.sum[t])
        film.compute(head.sum[t], seconds=1.5)
    with film.beat("exponentials"):
        film.say("Here is the row of the {token} in numbers.", token=film.token_name(t))
        table = film.work_out(head.scores[t, : t + 1], f"The scores of t = {t} become shares")
        film.work_on(table)
        film.say("An exponential is a power of e ≈ 2.718: never negative.")
        film.work_on(table, seconds=3)
        film.say("Divided by their sum, {s:.3f}, they are shares: the attention weights.", s=head.sum[t])
        film.work_on(table)
    with film.beat("softmax"):
        film.say("In the matrix of [attention weights]({w}) this is row t = {t}.", w=head.weights, t=t)
        film.compute(head.weights[t, 0 if best[0] else min(1, t)], seconds=3)
        film.sweep(head.weights[t], seconds=1.5, slowly=False)
        if t + 1 < len(film.tokens):
            film.say("A forbidden key, one that comes later, gets [0]({w}).", w=head.weights[t, t + 1 :])
        film.say("No weight is negative, and the whole row sums to 1.")
        film.fade(head.rows.matrix, to=0)
        film.bars(head.weights[t, : t + 1], [*map(film.token_text, range(t + 1))], f"What t = {t} takes", seconds=4)
    if t:
        _without(film, head, t)
    with film.beat("bands"):
        told = {"token": film.token_name(t), "t": t, "tied": len(best), "other": film.token_name(best[0])}
        told |= {"best": best[0], "weight": head.weights[t, best[0]]}
        *where, share = _looks(best, t)
        for clause in where:
            film.say(clause, **told)
        film.bands(head.weights[t], f"Attention of t = {t}", seconds=3)
        film.say(share, **told)


def _without(film, head, t):
    A, q, k = film.config.head_size, film.values(head.q)[t], film.values(head.k)
    wild, free = film.softmax(k[: t + 1] @ q).shares, film.softmax(k @ q / A**0.5).shares
    with film.beat("without"):
        bars = 3 if len(k) > t + 1 else 2
        film.say("This is how t = {t} shares out its attention.", t=t)
        film.share_out(head.weights[t, : t + 1], f"What t = {t} takes", row=0, of=bars)
        film.say("Without √{A:,} scores grow, and the largest share would be {most}.", A=A, most=wild.max())
        film.share_out(wild, f"without √{A:,}", row=1, of=bars)
        if bars > 2:
            film.say("Without the mask {later:.1%} would go to tokens that come later.", later=free[t + 1 :].sum())
            film.share_out(free, "without the mask", row=2, of=bars, until=t + 1)


def _looks(best, t):
    """What column ``t`` looks at, whose largest weights are those of ``best``; and with how much of its attention."""
    share = "{weight} of its attention goes"
    if t == 0:
        return "The {token} is the first, so it can look at nothing but itself:", "all of its attention stays."
    if len(best) == t + 1:
        return "So the {token} looks at all {tied} columns alike, itself among them:", f"{share} to each."
    if len(best) > 1:
        alike, one = "So the {token} looks most at {tied} columns alike,", "one of them the {other} at t = {best}:"
        return alike, one, f"{share} to each."
    if best[0] == t:
        return "So the {token} looks most at itself:", f"{share} there."
    return "So the {token} looks most at the {other} at t = {best}:", f"{share} there."


def _values(film, head, t):
    with film.beat("weighted-sum"):
        film.arrange((head.v, head.weights, head.output), level=head.k, seconds=0)
        film.locate(head.v, head.weights, head.output)
        film.say("The answer is made of the [values]({v}).", v=head.v)
        film.camera.frame(head.v, head.weights, head.output, seconds=0)
        film.fade(head.v, head.weights, head.output, to=1, seconds=0.8)
        film.say("Each is multiplied by its weight: a small one leaves little of it.")
        total = film.weighted_sum(head.output[t], seconds=12, home=False)
        film.say("Added up, row by row, they become one column.")
    with film.beat("answer-home", afresh=False):
        film.say("It goes where it belongs: column t = {t} of the [output]({o}).", t=t, o=head.output)
        film.bring_home(total, seconds=4)
        film.compute(head.output[t, 0], seconds=1.5)


def _rest(film, x, head, number, t):
    v, weights, output, many = head.v, head.weights, head.output, len(film.tokens) > 1
    with film.beat("all-rows"):
        film.locate()
        film.say("The shares of every query are found in this way, each row by itself.")
        film.fade(v, weights, output, to=0)
        film.merge(output, seconds=0)
        film.arrange((v, weights, output), level=head.k, in_order=True, seconds=0)
        film.camera.frame(weights, azimuth=271, elevation=2, zoom=0.95, seconds=0)
        film.fade(weights, to=1, seconds=0.6)
        film.sweep(head.max, head.sum, weights, seconds=8, rows=True, waits=0.6)
    with film.beat("all-answers"):
        film.say("Each row mixes the [values]({v}) by itself: a computer does all at once.", v=v)
        with film.together(seconds=1.2):
            film.fade(v, output, to=1)
            film.camera.frame(v, weights, output, azimuth=271, elevation=2)
        film.sweep(output, seconds=6, rows=True, waits=0.6)
        film.split(weights[t], output[t], gap=0, others=0.5, seconds=0.6)
    with film.beat("whole-head"):
        film.say("Now all of the head is computed, up to its output.")
        film.fade(v, weights, output, to=0, seconds=0.3)
        film.merge(weights, output, seconds=0)
        _lie_flat(film, x, head, seconds=0)
    with film.beat("one-picture"):
        film.say("This is all that the head has done:")
        film.camera.frame(x, head, azimuth=268, elevation=1, zoom=0.98, seconds=2)
        looks = "each token below looks at the same tokens above, up to itself."
        film.say(looks if many else "the only column looks at itself, with all of its attention.")
        film.bands(head.weights[:], f"Attention of head {number}", follow=t, seconds=5)
        if many:
            film.say("The bands of t = {t} are drawn stronger.", t=t)
        then = "puts the answers of all heads together" if film.config.n_head > 1 else "takes it on"
        film.say("Next, the projection {then}.", then=then)
