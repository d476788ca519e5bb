"""Softmax: any numbers become shares of one whole, by powers of e that are divided by their sum."""

title = "Softmax"
part = "Step by step"
question = "How do any numbers become shares of one whole?"
answer = "Each becomes a power of e, then is divided by the sum of them all."

ENTRIES = 12
"""Tokens of a large vocabulary that can be read where they share the picture."""


def play(film):
    heads, t = film.layout.layers[0].attn.heads, min(5, len(film.tokens) - 1)
    number = film.clearest(*(head.weights[t] for head in heads))
    head, output = heads[number], film.layout.output
    film.computed_up_to(film.layout.layers[-1].mlp.residual)
    film.arrange(head.rows.matrix, in_order=True, seconds=0)
    film.fade(film.all_but(*head.rows.matrix), *film.layout.ribbons, to=0, seconds=0)
    film.open_on(*head.rows.matrix, azimuth=284, elevation=8)
    arrows = _arrows(film, head.rows.matrix, 0)
    with film.beat("where"):
        grids, end, arrows = _where(film, head, number, output, arrows)
    row = film.softmax(head.scores[t, : t + 1])
    chart = _scores(film, head, grids, t, row, [*end, *arrows])
    _shares(film, chart, row)
    _formula(film, grids, t, row)
    _constant(film, t, row)
    _hard(film, t, row)
    _logits(film, output)
    _rest(film, grids)


def _arrows(film, grids, seconds):
    scores, largest, total, weights = grids
    with film.together(seconds=seconds):
        return [film.connect(scores, largest), film.connect(total, weights)]


def _where(film, head, number, output, arrows):
    film.say("At two places a model needs shares of one whole.")
    film.camera.frame(*head.rows.matrix, azimuth=281, elevation=7, seconds=2)
    close = film.closeup(*head.rows.matrix, output, entries=ENTRIES, seconds=1)  # of a wide model; else the layout
    grids, end = close.layers[0].attn.heads[number].rows.matrix, (close.output.logits, close.output.probs)
    film.fade(close.output, to=0, seconds=0)
    if grids[0] is not head.scores:
        film.fade(*arrows, to=0, seconds=0)
        film.arrange(grids, in_order=True, seconds=0)
        film.camera.frame(*grids, azimuth=281, elevation=7, seconds=0)
        arrows = _arrows(film, grids, 0.5)
    film.say("In every attention head [scores]({s}) become [weights]({w});", s=grids[0], w=grids[-1])
    film.camera.frame(*grids, azimuth=277, elevation=5, seconds=2)
    film.say("and at its end [logits]({x}) become [probabilities]({y}).", x=end[0], y=end[1])
    film.show_values(*end)
    with film.together(seconds=2):
        film.fade(*arrows, to=0, seconds=0.3)
        film.arrange(grids, end, in_order=True)
        film.fade(*end, to=1)
        film.camera.frame(*grids, *end, azimuth=273, elevation=3)
    arrows = [*_arrows(film, grids, 0.5), film.connect(*end, seconds=0.5)]
    film.say("Both times it is softmax that makes them.")
    film.camera.frame(*grids, *end, azimuth=271, elevation=2, seconds=1.5)
    return grids, end, arrows


def _scores(film, head, grids, t, row, others):
    with film.beat("scores"):
        film.locate(head.scores)
        film.say("Here are the scores of t = {t}, the {token}.", t=t, token=film.token_name(t))
        with film.together(seconds=1.5):
            film.fade(*others, to=0, seconds=0.5)
            film.camera.frame(*grids, azimuth=271, elevation=2)
            film.split(grids[0][t], others=0.3)
        film.say("Scores may be any numbers, and below 0 too.")
        film.fade(*grids, to=0, seconds=0.4)  # they do not come back between charts
        film.merge(grids[0], seconds=0)
        span = min(*row.shifted, *row.row), max(1, *row.row)
        chart = film.chart(row.row, film.tokens[: t + 1], f"Scores of t = {t}", span=span, whole=True, seconds=3)
        film.say("Shares may not: none is below 0, and together they make 1.")
    return chart


def _shares(film, chart, row):
    with film.beat("largest", afresh=False):
        film.say("First the largest, {m}, is subtracted from each.", m=row.largest)
        film.become(chart, row.shifted, "Less the largest", seconds=3)
        film.say("So it becomes 0, and no other is above.")
    with film.beat("powers", afresh=False):
        film.say("Then e, about 2.718, is raised to each of them.")
        film.become(chart, row.powers, "As powers of e", span=(0, max(1, row.sum)), seconds=4)
        film.say("What was 1 less comes out 2.718 times smaller; nothing is below 0.")
    with film.beat("shares", afresh=False):
        film.say("Stacked up, these are {sum} high.", sum=row.sum)
        film.pile_up(chart, seconds=3)
        film.say("Each is divided by that sum:")
        film.become(chart, row.shares, "Divided by their sum: shares", seconds=4)
        film.say("now together they are 1.")


def _formula(film, grids, t, row):
    """All three steps at once, of the second largest score: the largest is but e to the power of 0."""
    scores, largest, total, weights = grids
    k = int((-row.row).argsort(kind="stable")[:2][-1])
    with film.beat("formula"):
        film.say("All in one formula: e to the [score]({s}) less the [largest]({m}), divided by the [sum]({n}).",
                 s=scores[t, k], m=largest[t], n=total[t])  # fmt: skip
        film.hide_values(largest, total, weights, seconds=0)
        film.arrange(grids, in_order=True, seconds=0)
        film.camera.frame(*grids, azimuth=272, elevation=2, seconds=0)
        film.fade(*grids, to=1, seconds=0.4)
        film.split(scores[t], weights[t], others=0.3, seconds=0.6)
        arrows = _arrows(film, grids, 0.3)
        film.sweep(largest[t], total[t], seconds=1, slowly=False)
        film.compute(weights[t, k], seconds=5)
        film.say("So every score of the row gets its share.")
        film.sweep(weights[t], seconds=2, slowly=False)
    film.merge(scores, weights, seconds=0)
    film.fade(*grids, *arrows, to=0, seconds=0)


def _constant(film, t, row):
    tokens, more = film.tokens[: t + 1], row.row + 3
    span = min(0, *row.row), max(0, *more)
    with film.beat("constant"):
        film.say("Does it matter that the largest was subtracted from each?")
        one = film.chart(row.row, tokens, "Scores", span=span, part=(0, 2), seconds=3)
        film.say("See what adding 3 to every score does:")
        two = film.chart(more, tokens, "Scores + 3", span=span, part=(1, 2), seconds=3)
        film.say("every bar ends 3 higher.")
    with film.beat("same", afresh=False):
        film.say("The shares come out the same: only differences count.")
        with film.together(seconds=4):
            film.become(one, row.shares, "Shares", span=(0, 1))
            film.become(two, film.softmax(more).shares, "Shares of scores + 3", span=(0, 1))
        film.say("So the largest may go, and then no power is above 1:")
        film.say("e to the 89 is too large for 32-bit numbers.")


def _hard(film, t, row):
    with film.beat("soft"):
        chart = film.chart(row.shares, film.tokens[: t + 1], "Softmax", span=(0, 1), seconds=1)
        if t == 0:
            film.say("A single score gets everything, whatever it is.")
            return
        film.say("Why not give everything to the largest?")
        hard = (row.row == row.largest) / (row.row == row.largest).sum()
        film.become(chart, hard, "All to the largest", seconds=3)
        film.say("Then no other counts, however near it comes.")
        film.become(chart, row.shares, "Softmax", seconds=3)
        film.say("Softmax is softer: more goes to the larger, but something to each.")
        spread = film.softmax(4 * row.row).shares
        film.say("Were all scores 4 times as large, the largest would get {share}.",
                 share=film.share(spread, int(spread.argmax())))  # fmt: skip
        film.become(chart, spread, "Softmax of 4 times the scores", seconds=3)


def _logits(film, output):
    t, size = len(film.tokens) - 1, film.config.vocab_size
    with film.beat("logits"):
        film.locate(output.logits, output.probs)
        logits, probs = film.values(output.logits)[t], film.values(output.probs)[t]
        some = (-logits).argsort(kind="stable")[:6]
        best = int(some[0])
        some = some if len(some) < size else some[some.argsort()]
        which = f"{len(some)} largest of {size:,} logits" if len(some) < size else "Logits"
        film.say("At the end of the model, every token of the vocabulary has a logit.")
        chart = film.chart(logits[some], some.tolist(), which, seconds=2)
        film.say("Softmax makes of them how likely each comes next:")
        film.become(chart, probs[some], "Probabilities", span=(0, 1), percent=True, seconds=4)
        likeliest = film.text_of(best)
        share = film.share(probs[some], list(some).index(best), percent=True)
        film.say("here “{next}” with {p}.", next=likeliest, p=share)


def _rest(film, grids):
    scores, largest, total, weights = grids
    with film.beat("all-rows"):
        film.locate()
        film.say("In attention, every row is a whole of its own" + ("," if len(film.tokens) > 1 else "."))
        film.hide_values(largest, total, weights)
        film.fade(*grids, to=1)
        arrows = _arrows(film, grids, 0.5)
        film.sweep(largest, total, weights, seconds=6)
        if len(film.tokens) > 1:
            film.say("and all rows can be worked out at the same time.")
        film.wait(0.6)  # the last cell's formula has only just come up
        film.dismiss()
        film.fade(scores, largest, total, *arrows, to=0, seconds=0.5)
        film.camera.frame(weights, azimuth=273, elevation=2, seconds=1.5)
