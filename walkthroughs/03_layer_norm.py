"""Layer Norm: bring every column to mean 0 and variance 1, then scale and shift it as learned."""

title = "Layer Norm"
part = "Detailed"


def play(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    t = film.example_time
    count, C = x.shape
    channels = "one channel" if C == 1 else f"{C:,} channels"
    normalized = f"{ln.output.name.rsplit('.', 1)[0]}.normalized"

    variance = float(film.trace[normalized][t].var())
    film.computed_up_to(x)
    film.open_on(
        "card", "tokens:input", film.layout.embedding, ln, film.layout.layers[0].attn.heads, azimuth=285, elevation=12
    )
    film.say(
        "what-for",
        "The [input embedding]({x}) enters the first layer. Before anything is done with it, it is "
        "[normalised]({out}): numbers that grow or shrink from layer to layer would soon be useless, so every "
        "layer begins by bringing its input back to one common scale.",
        x=x, out=ln.output,
    )  # fmt: skip

    film.camera.frame(x, ln, azimuth=281, elevation=11, seconds=1)
    film.fade(film.all_but(x, ln), to=0, seconds=1)
    film.wait(0.5)
    whole, close = (x, ln), film.closeup(ln, x, seconds=1)  # of a wide model; else it is the layout
    x, ln = close.embedding.output, close.layers[0].ln_1
    film.move(x, beside=ln.output, seconds=1)
    film.camera.frame(x, ln, azimuth=276, elevation=4, zoom=0.84, seconds=1)

    film.say(
        "one-column",
        "Each of the [{count:,} columns](T) holds the [{channels}](C) of one token, and each is normalised by itself. "
        "Let us follow the column at t = {t}, which came from the {token}.{drawn}"
        if count > 1
        else "The one [column](T) there is holds the [{channels}](C) of its token, the {token}.{drawn}",
        count=count, channels=channels, t=t, token=film.token_name(t), drawn=_drawn(x),
    )  # fmt: skip
    film.split(x[t], ln.mean[t], ln.std[t], ln.output[t], seconds=0.5)

    film.say(
        "mean-and-deviation",
        "Two numbers sum the [column]({column}) up: its mean, and its standard deviation, which is the root of its "
        "variance. A tiny ε is added to the variance, so that a column of equal numbers does not divide by zero.",
        column=x[t],
    )  # fmt: skip
    with film.together():
        film.compute(ln.mean[t], seconds=1.2)
        film.compute(ln.std[t], seconds=1.2)
    film.wait(0.8)

    film.say(
        "normalise",
        "Here the mean is {mean} and the standard deviation {std}. Subtract the one, divide by the other, and "
        + _normal(variance)
        + ". Then comes what the layer has learned: channel by channel a scale [γ]({gamma}) and a shift "
        "[β]({beta}){none}. They let it undo or bend the normalisation where that helps.",
        mean=ln.mean[t], std=ln.std[t], variance=variance, gamma=ln.gamma, beta=ln.beta,
        none="" if film.checkpoint.biases else ", which this model does without",
    )  # fmt: skip
    film.compute(ln.output[t, 0], seconds=1)
    film.sweep(ln.output[t], seconds=2)
    film.histograms(x[t], (normalized, (t,)), ("The column as it came", "Normalised, before γ and β"), seconds=2)

    film.say(
        "all-columns",
        "{others}: that is left to the step that comes next, [self-attention]({out}).{whole}",
        others="The same happens to every other column. None of them looks at its neighbours"
        if count > 1
        else "If there were more columns, the same would happen to each, and none would look at its neighbours",
        out=ln.output, whole="" if close is film.layout else f" In the end all {C:,} channels stand there again.",
    )  # fmt: skip
    film.merge(x, ln.mean, ln.std, ln.output, seconds=0.5)
    film.sweep(ln.mean, ln.std, ln.output, seconds=8)
    film.dismiss()
    film.move(whole[0], beside=whole[1].output, seconds=0)
    film.step_back()
    film.wait(0.5)


def _normal(variance):
    """What has become of the column; ε keeps its variance a little below 1, and what was constant at 0."""
    if variance < 1e-9:
        return "the column is 0 everywhere, for all its numbers were equal"
    return "the column has mean 0 and, but for ε, variance 1" + ("" if variance > 0.9999 else " (with it {variance})")


def _drawn(x):
    """What is left out of a close-up."""
    channels = x.axis("C")
    if channels.cells == channels.length:
        return ""
    return f" Here its first {channels.cells} channels are drawn; what is computed is computed of all."
