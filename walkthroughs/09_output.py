"""Output: the last column becomes a probability for every token, one is chosen, and all of it runs again."""

title = "Output"
part = "Step by step"
question = "How does the model choose the next token?"
answer = "It gives every token a probability, picks one, appends it, and runs again."
short = ("chances", "temperature")
trailer = ("write",)

SURE = 0.95
"""From there on a column is too sure for a temperature to show anything."""
HIGH = (2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Temperatures, of which the first is shown that takes the likeliest token below ``EVEN``, and the first that is seen
to do anything."""
EVEN = 0.7
SEEN = 0.9
"""What a temperature leaves of the likeliest at most, for its bar to be seen to shrink."""
ROWS, ENTRIES, THIN, SHOWN = 5, 20, 0.1, 8
"""Of each column, and of a large vocabulary, that are drawn where the LM head meets them, and metres across of the
arrows there: all can be read. And bars of a large vocabulary."""


def play(film):
    stream, ln, output = film.layout.layers[-1].mlp.residual, film.layout.ln_f, film.layout.output
    last = len(film.tokens) - 1
    film.computed_up_to(stream)
    film.fade(film.all_but(stream, ln, output), to=0, seconds=0)
    film.move(stream, beside=ln.output, seconds=0)
    film.open_on(stream, ln, output, azimuth=284, elevation=8)
    with film.beat("what-for"):
        film.say("All layers are done." if film.config.n_layer > 1 else "The one layer is done.")
        film.camera.frame(stream, ln, output, azimuth=281, elevation=6, seconds=1.5)
        film.say("Each [column]({x}) holds what has become of its token.", x=stream)
        with film.together(seconds=1.5):
            film.fade(output, to=0)
            film.camera.frame(stream, ln, azimuth=279, elevation=5)
        close = film.closeup(ln, stream, seconds=0)  # of a wide model; else the layout
        stream, ln = close.layers[-1].mlp.residual, close.ln_f
        film.move(stream, beside=ln.output, seconds=0)
        film.camera.frame(stream, ln, azimuth=279, elevation=5, seconds=0)
        film.light(stream, seconds=0.8)
        film.light(stream, to=0, seconds=0.8)
        film.say("From that the next token must come.")
        film.camera.frame(stream, ln, azimuth=277, elevation=4, seconds=2)
    t = last if ln.output.axes[0].shown is None else max(ln.output.axes[0].shown)
    best = int(film.chances(t).argmax())
    _norm(film, stream, ln, t)
    film.step_back(seconds=0)
    x, output, arrows = _logits(film, t, best)
    _softmax(film, t, best)
    _all(film, x, output, arrows)
    u, hot = _unsure(film, last)
    few = _few(film, u)
    _chances(film, output, u, few)
    _temperature(film, u, few, hot)
    _cut(film, u, few, hot)
    _write(film, last)


def _few(film, t):
    """The likeliest tokens after a column; a small vocabulary in its own order, the same in every chart."""
    likeliest = (-film.chances(t)).argsort(kind="stable")[:SHOWN].tolist()
    return likeliest if film.config.vocab_size > SHOWN else sorted(likeliest)


def _norm(film, stream, ln, t):
    with film.beat("norm"):
        film.say("One last [layer norm]({x}) brings all columns to one scale.", x=ln.output)
        film.camera.frame(stream, ln, azimuth=276, elevation=4, seconds=0.8)
        film.sweep(ln.mean, ln.std, ln.output, seconds=4, slowly=False)
        film.say(_which(film, t), t=t)
        film.split(stream[t], ln.output[t], others=0.6, seconds=0.8)


def _which(film, t):
    if t + 1 < len(film.tokens):
        return "Each guesses the token after its own; take t = {t:,}."
    return f"The next token is told by the {'last column, t = {t:,}' if t else 'only column'}."


def _logits(film, t, best):
    with film.beat("logits"):
        end = film.layout.output
        whole = film.layout.ln_f.output, end.weight, end.logits, end.probs
        film.say("The last matrix, the [LM head]({w}), has a row per token.", w=end.weight)
        close = film.closeup(*whole, channels=ROWS, entries=ENTRIES, seconds=0)
        x, output = close.ln_f.output, close.output
        film.fade(film.all_but(), to=0, seconds=0)
        shown = x, output.weight, output.logits
        named = [grid for grid in shown if grid is not output.weight or film.config.vocab_size <= SHOWN]
        film.letters(*named, seconds=0)  # the rows' and columns' tokens
        film.fade(*shown, to=1, seconds=0.3)
        film.move(output.logits, beside=x, side="below", gap=0.7, seconds=0)  # its columns under theirs
        film.move(output.weight, beside=output.logits, side="left", gap=0.6, seconds=0)  # and its rows beside theirs
        film.camera.frame(*shown, azimuth=272, elevation=2, seconds=0)
        film.outline(x[t], output.logits[t, best], seconds=0.6)
        arrows = [film.connect(one, output.logits, width=THIN) for one in (x, output.weight)]
        film.say("Its dot product with the [column]({x}) is its score, the logit:", x=x[t])
        number = film.dot_product(output.logits[t, best], seconds=12)
        film.say("here {l}, for the {token}.", l=output.logits[t, best], token=film.name_of(best))
        film.fade(number, to=0, seconds=0.3)  # the panel has it, too
        film.compute(output.logits[t, best], seconds=3)
    return x, output, arrows


def _softmax(film, t, best):
    logits = film.values(film.layout.output.logits)[t]
    few = _few(film, t)
    shown = "" if len(logits) <= SHOWN else f", the {SHOWN} highest"
    with film.beat("softmax"):
        film.say("No other logit is higher." if len(logits) > 1 else "It is the only one.")
        film.chart(logits[few], few, f"Logits of t = {t:,}{shown}", part=(0, 2), seconds=2)
        film.say("Softmax makes probabilities of them, none below 0, together 100 %.")
        chances = film.chances(t)[few]
        film.chart(chances, few, f"Probabilities{shown}", span=(0, 1), part=(1, 2), percent=True, seconds=3)
        share = film.share(chances, few.index(best), percent=True)
        film.say("The {token} gets {p}.", token=film.name_of(best), p=share)


def _all(film, x, output, arrows):
    many = len(film.tokens) > 1
    with film.beat("all-columns"):
        film.say("The other columns go the same way," if many else "Other columns would go the same way.")
        chain = x, output.weight, output.logits, output.probs
        film.merge(output.logits, seconds=0)
        film.fade(film.all_but(), *arrows, to=0, seconds=0)
        film.show_values(x, output.max, output.sum)  # Softmax tells of these two
        film.move(output.probs, beside=output.logits, seconds=0)
        film.camera.frame(*chain, azimuth=273, elevation=3, seconds=0)
        film.fade(*chain, to=1, seconds=0.3)
        ways = (x, output.logits), (output.weight, output.logits), (output.logits, output.probs)
        with film.together(seconds=0.3):
            arrows = [film.connect(*way) for way in ways]
        film.sweep(output.logits, output.probs, seconds=10, slowly=False)
        film.say("and each guesses the token after its own." if many else "Each guesses the token after its own.")
        rows = (chain[2:],) if film.config.vocab_size > SHOWN else [(one,) for one in chain[2:]]
        with film.together(seconds=1.5):
            film.fade(x, output.weight, *arrows, to=0, seconds=0.3)
            film.arrange(*rows, gap=None if film.config.vocab_size > SHOWN else 0.3)
            film.camera.frame(*chain[2:], azimuth=273, elevation=3)
        if many and output.probs.axes[1].shown is None:
            film.say("But for rounding, the probabilities in each column sum to 1.")
        _asked(film, output)


def _asked(film, output):
    """Of a model that only learned to answer, say which columns that was asked of, and frame them."""
    asked = film.checkpoint.asked(len(film.tokens))
    if not asked:
        n = film.checkpoint.prompt_length
        film.say("It was never asked this early: it learned to answer {n} tokens.", n=n)
    elif asked[0]:
        film.say("The model learned to answer from t = {t:,} on; earlier guesses were never trained.", t=asked[0])
        if output.probs.axes[0].shown is None:
            film.outline(output.logits[asked[0] :], output.probs[asked[0] :], seconds=1)
            film.camera.frame(output.logits, output.probs, azimuth=272, elevation=2.5, seconds=2.5)


def _unsure(film, t):
    """The column that temperatures are shown at, the last unless it is nearly sure; and one that is high for it.

    Columns that the model was never trained at say nothing of how it guesses.
    """
    sure = film.values(film.layout.output.probs).max(axis=1)
    asked = film.checkpoint.asked(len(sure)) or range(len(sure))
    u = t if sure[t] <= SURE else asked[int(sure[asked[0] :].argmin())]
    return u, next((heat for heat in HIGH if film.chances(u, heat).max() < EVEN), HIGH[0])


def _chances(film, output, u, few):
    with film.beat("chances"):
        film.say("How daring shall the choice be?")
        film.camera.frame(output.logits, output.probs, azimuth=271, elevation=2, seconds=2)
        film.say(_why(film, u), u=u)
        film.fade(film.all_but(), to=0, seconds=0.3)  # from here on there are charts
        others, rest = film.config.vocab_size - len(few), 1 - film.chances(u)[few].sum()
        title = f"After t = {u:,}, temperature 1" + (f", the {len(few)} likeliest" if others else "")
        film.chart(film.chances(u)[few], few, title, span=_span(film, u), percent=True, seconds=2)
        if others and rest > 1e-9:
            film.say("All {n:,} others have {rest:.1%} together.", n=others, rest=rest)
        film.say("Every logit may be divided by a number, the temperature, before the softmax.")


def _why(film, u):
    asked = film.checkpoint.asked(len(film.tokens))
    if u == len(film.tokens) - 1:
        return "See what may follow t = {u:,}."
    if film.chances(u).max() <= SURE:
        return "The last column is nearly sure; less so is t = {u:,}."
    who = "columns that answer " if asked and asked[0] else "columns "
    return f"All {who}are nearly sure, least of all t = {{u:,}}."


def _temperature(film, u, few, hot):
    sure, some = film.chances(u).max(), few if film.config.vocab_size <= SHOWN else few[: SHOWN // 2]
    warm = next((heat for heat in HIGH if heat <= hot and film.chances(u, heat).max() < SEEN * sure), hot)

    def chart(place, heat):
        title, shown = f"Temperature {heat:,}", {"span": _span(film, u), "percent": True}
        film.chart(film.chances(u, heat)[some], some, title, part=(place, 3), **shown, seconds=2)

    def most(heat):
        chances = film.chances(u, heat)[some]
        return film.share(chances, int(chances.argmax()), percent=True)

    with film.beat("temperature"):
        film.say("Without one, or at 1, the likeliest gets {p}.", p=most(1))
        chart(0 if hot > warm else 1, 1)
        film.say("At {heat:,} logits differ 1/{heat:,} as much: {p}.", heat=warm, p=most(warm))
        chart(1 if hot > warm else 2, warm)
        if hot > warm:
            film.say("At {heat:,} only {p}.", heat=hot, p=most(hot))
            chart(2, hot)
        film.say("At 0.5 twice as much: {p}.", p=most(0.5))
        if hot <= warm:
            chart(0, 0.5)


def _span(film, u):
    """Of the charts of what may follow a column: all there is, or what the likeliest has at most where it is little."""
    most = film.chances(u, 0.5).max()
    return 0, 1 if most > 0.3 else most


def _cut(film, u, few, hot):
    k = min(3, film.config.vocab_size - 1)
    some = few if film.config.vocab_size <= SHOWN else few[: SHOWN // 2]
    p = _share(film, u, hot, k, len(some))

    def chart(place, title):
        return film.chart(film.chances(u, hot)[some], some, title, span=_span(film, u), part=(place, 3), percent=True,
                          seconds=1)  # fmt: skip

    with film.beat("cut"):
        film.say("A high temperature lets in nonsense, so what is unlikely may be cut off.")
        chart(0, f"t = {u:,}, temperature {hot:,}")
        film.say("Top-k counts: here the {k} likeliest stay, and share the whole." if k > 1 else
                 "Top-k counts: here only the likeliest, {k}, stays.", k=k)  # fmt: skip
        _become(film, chart(1, f"Top-k {k}"), u, some, hot, (k, None), f"Top-k {k}")
        kept = film.count(int((film.chances(u, hot, None, p) > 0).sum()), "token")
        film.say("Top-p adds up the likeliest until they have {p:.0%} together: {kept}.", p=p, kept=kept)
        _become(film, chart(2, f"Top-p {p}"), u, some, hot, (None, p), f"Top-p {p}")


def _share(film, u, hot, k, count):
    """A p that cuts something off that is seen, and where possible not just what top-k cuts."""
    shares = [round(0.1 * tenth, 1) for tenth in range(9, 0, -1)]
    kept = {p: int((film.chances(u, hot, None, p) > 0).sum()) for p in shares}
    wishes = (
        lambda p: kept[p] < count and kept[p] != k,
        lambda p: kept[p] < film.config.vocab_size and kept[p] != k,
        lambda p: kept[p] < film.config.vocab_size,
    )
    return next((p for wish in wishes for p in shares if wish(p)), 0.5)


def _become(film, chart, u, some, hot, limits, title):
    left = film.chances(u, hot, *limits)[some]
    film.become(chart, left, title, pale=(left == 0).nonzero()[0].tolist(), seconds=3)


def _write(film, t):
    given, heat = film.trace.prompt_length, film.draw.sampling.temperature
    after = max(given - 1, t - 5) if given <= t else t
    with film.beat("write"):
        film.say(f"Now one token is {'drawn' if heat else 'chosen'}, put at the end, and the whole model runs again.")
        film.write_on(after=after, most=t + 1 - after if given <= t else 3, seconds=14)
        chosen = "Here it is always the likeliest, which is called temperature 0."
        film.say("Each is drawn as often as it is likely, at temperature {x:g}." if heat else chosen, x=heat)
        film.say("So a text grows, token by token.")
