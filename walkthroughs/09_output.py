"""Output: the last column becomes a probability for every token, one is drawn, and all of it runs again."""

title = "Output"
part = "Detailed"
question = "How does the model choose the next token?"
answer = "It gives every token a probability, draws one, appends it, and runs again."

SURE = 0.95
"""From there on a column is too sure for a temperature to show anything."""
SHOWN = 8
"""Bars of a large vocabulary."""


def play(film):
    stream, ln, output = film.layout.layers[-1].mlp.residual, film.layout.ln_f, film.layout.output
    last = len(film.tokens) - 1
    film.computed_up_to(stream)
    film.fade(film.all_but(stream, ln), to=0, seconds=0)
    film.move(stream, beside=ln.output, seconds=0)
    film.open_on(stream, ln, azimuth=284, elevation=8)
    with film.beat("what-for"):
        film.say("All layers are done." if film.config.n_layer > 1 else "The one layer is done.")
        film.camera.frame(stream, ln, azimuth=281, elevation=6, seconds=1.5)
        close = film.closeup(ln, stream, output, seconds=0)  # of a wide model; else it is the layout
        stream, ln, output = close.layers[-1].mlp.residual, close.ln_f, close.output
        film.fade(output, to=0, seconds=0)
        film.move(stream, beside=ln.output, seconds=0)
        film.camera.frame(stream, ln, azimuth=281, elevation=6, seconds=0)
        film.say("Each [column]({x}) holds what they have made of its token.", x=stream)
        film.camera.frame(stream, ln, azimuth=278, elevation=5, seconds=2)
        film.say("Out of that must now come the next token.")
        film.camera.frame(stream, ln, azimuth=275, elevation=4, seconds=2)
    t = last if ln.output.axes[0].shown is None else max(ln.output.axes[0].shown)
    best = int(film.chances(t).argmax())
    _norm(film, stream, ln, output, t)
    _logits(film, ln.output, output, t, best)
    _softmax(film, t, best)
    _all(film, output)
    u, hot = _unsure(film, last)
    few = (-film.chances(u)).argsort(kind="stable")[:SHOWN].tolist()
    _chances(film, u, few)
    _temperature(film, u, few, hot)
    _cut(film, u, few, hot)
    _write(film, last)


def _norm(film, stream, ln, output, t):
    with film.beat("norm"):
        film.say("One last [layer norm]({x}) brings all columns to one scale.", x=ln.output)
        film.sweep(ln.mean, ln.std, ln.output, seconds=4, slowly=False)
        film.say(_which(film, t), t=t)
        film.split(stream[t], ln.output[t], others=0.6, seconds=0.8)


def _which(film, t):
    if t + 1 < len(film.tokens):
        return "Each tells what may follow its own token; take t = {t:,}."
    return (
        "The next token is told by the last column, t = {t:,}." if t else "The next token is told by the only column."
    )


def _logits(film, x, output, t, best):
    with film.beat("logits"):
        film.fade(film.all_but(x), to=0, seconds=0.3)
        film.fade(output.weight, output.logits, to=1, seconds=0.3)
        film.arrange((x, output.logits), (output.weight,), level=x, seconds=0)
        film.camera.frame(x, output.weight, output.logits, azimuth=273, elevation=3, seconds=0)
        film.say("The [LM head]({w}) has a row of weights for each of {all:,} tokens.", w=output.weight,
                 all=film.config.vocab_size)  # fmt: skip
        film.split(output.logits[t], others=0.6, seconds=0.6)
        film.say("Its dot product with the [column]({x}) is a score, called logit:", x=x[t])
        film.dot_product(output.logits[t, best], seconds=12)
        film.say("here {l}, that of the {token}.", l=output.logits[t, best], token=film.name_of(best))


def _softmax(film, t, best):
    logits = film.values(film.layout.output.logits)[t]
    few = (-logits).argsort(kind="stable")[:SHOWN].tolist()
    shown = "" if len(logits) <= SHOWN else f", the {SHOWN} highest"
    with film.beat("softmax"):
        film.say("No other logit is higher." if len(logits) > 1 else "It is the only one.")
        film.chart(logits[few], few, f"Logits{shown}", part=(0, 2), seconds=2)
        film.say("Softmax makes probabilities of them, none below 0, together 1.")
        film.chart(film.chances(t)[few], few, f"Probabilities{shown}", span=(0, 1), part=(1, 2), seconds=3)
        film.say("The {token} gets {p:.1%}.", token=film.name_of(best), p=float(film.chances(t)[best]))


def _all(film, output):
    sums, many = (output.max, output.sum), len(film.tokens) > 1
    with film.beat("all-columns"):
        film.say("The other columns go the same way," if many else "Other columns would go the same way.")
        film.merge(output.logits, seconds=0)
        film.fade(film.all_but(output.logits, *sums, output.probs), to=0, seconds=0)
        film.arrange((output.logits,), sums, (output.probs,), seconds=0)
        film.camera.frame(output.logits, *sums, output.probs, azimuth=273, elevation=3, seconds=0)
        film.fade(output.logits, *sums, output.probs, to=1, seconds=0.3)
        film.sweep(output.logits, *sums, output.probs, seconds=6, slowly=False)
        film.say("and each says what may follow its own token." if many else "Each says what may follow its own token.")


def _unsure(film, t):
    """The column that temperatures are shown at, the last unless it is nearly sure; and one that is high for it."""
    sure = film.values(film.layout.output.probs).max(axis=1)
    u = t if sure[t] <= SURE else int(sure.argmin())
    return u, 2 if film.chances(u, 2.0).max() < 0.9 else 5


def _chances(film, u, few):
    with film.beat("chances"):
        last = u == len(film.tokens) - 1
        film.say("How daring shall the choice be?")
        film.say(
            "See what may follow t = {u:,}." if last else "The last column is nearly sure; less so is t = {u:,}.", u=u
        )
        film.chart(film.chances(u)[few], few, _told(film, few, 1), span=(0, 1), seconds=2)
        others, rest = film.config.vocab_size - len(few), 1 - film.chances(u)[few].sum()
        if others and rest > 1e-9:
            film.say("All {n:,} others have {rest:.1%} together.", n=others, rest=rest)
        film.say("Every logit may be divided by a number, the temperature, before the softmax.")


def _temperature(film, u, few, hot):
    with film.beat("temperature"):
        chart = film.chart(film.chances(u)[few], few, _told(film, few, 1), span=(0, 1), seconds=1)
        film.say("At 0.5 all differences double: the likeliest gets {p:.1%}.", p=film.chances(u, 0.5)[few[0]])
        film.become(chart, film.chances(u, 0.5)[few], _told(film, few, 0.5), seconds=3)
        film.say("At 1 it has {p:.1%}.", p=film.chances(u)[few[0]])
        film.become(chart, film.chances(u)[few], _told(film, few, 1), seconds=2)
        film.say("At 2 differences are halved: {p:.1%}.", p=film.chances(u, 2.0)[few[0]])
        film.become(chart, film.chances(u, 2.0)[few], _told(film, few, 2), seconds=3)
        if hot > 2:
            film.say("At {hot} even {p:.1%}.", hot=hot, p=film.chances(u, hot)[few[0]])
            film.become(chart, film.chances(u, hot)[few], _told(film, few, hot), seconds=3)


def _told(film, few, temperature, cut=""):
    shown = "" if film.config.vocab_size <= len(few) else f", the {len(few)} likeliest"
    return f"Temperature {temperature}{cut}{shown}"


def _cut(film, u, few, hot):
    k = min(3, film.config.vocab_size - 1)
    p = next(p for p in (0.9, 0.8, 0.7, 0.6, 0.5) if p == 0.5 or (film.chances(u, hot, None, p) == 0).any())
    with film.beat("cut"):
        film.say("A high temperature lets in nonsense, so what is unlikely may be cut off.")
        chart = film.chart(film.chances(u, hot)[few], few, _told(film, few, hot), span=(0, 1), seconds=1)
        film.say("Top-k leaves the k likeliest, here {k}, which share its 1.", k=k)
        film.become(chart, *_left(film, u, few, hot, (k, None), f", top-k {k}"), seconds=3)
        kept = film.count(int((film.chances(u, hot, None, p) > 0).sum()), "token")
        film.say("Top-p leaves as many as have p together, here {p}: {kept}.", p=str(p), kept=kept)
        film.become(chart, *_left(film, u, few, hot, (None, p), f", top-p {p}"), seconds=3)


def _left(film, u, few, hot, limits, told):
    return film.chances(u, hot, *limits)[few], _told(film, few, hot, told)


def _write(film, t):
    given, heat = film.trace.prompt_length, film.draw.sampling.temperature
    after = max(given - 1, t - 5) if given <= t else t
    with film.beat("write"):
        film.say("Now a token is drawn, as often as it is likely," if heat else "Now a token is chosen,")
        film.say("at temperature {x:g}." if heat else "here always the likeliest, which is temperature 0.", x=heat)
        film.say("It is put at the end, and the whole model runs again.")
        film.write_on(after=after, most=t + 1 - after if given <= t else 3, seconds=14)
        film.say("So a text grows, token by token.")
