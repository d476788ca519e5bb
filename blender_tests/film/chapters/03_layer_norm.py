"""Layer Norm: a chapter as it once was, kept for the tests of films, whose frames are so where they look for them."""

title = "Layer Norm"
part = "Detailed"


def play(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    t = film.example_time
    count, width = x.shape
    film.computed_up_to(x)

    film.open_on(
        film.signs.card, film.signs.input, film.layout.embedding, ln, film.layout.layers[0].attn.heads,
        azimuth=285, elevation=12,
    )  # fmt: skip
    with film.beat("what-for"):
        film.say("The [input embedding]({x}) enters the first layer.", x=x)
        film.say("Before all else it is [normalised]({out}), as in every layer:", out=ln.output)
        film.camera.frame(x, ln, azimuth=281, elevation=11, seconds=2)
        film.say("numbers that grow or shrink from layer to layer would soon be useless.")
        film.fade(film.all_but(x, ln), to=0, seconds=1.5)

    with film.beat("one-column"):
        film.say(
            "Each of the [{count:,} columns](T) holds the [{channels}](C) of one token."
            if count > 1
            else "The one [column](T) there is holds the [{channels}](C) of its token, the {token}.",
            count=count, channels=film.count(width, "channel"), token=film.token_name(t),
        )  # fmt: skip
        close = film.closeup(ln, x, seconds=1)  # of a wide model; else it is the layout
        x, ln = close.embedding.output, close.layers[0].ln_1
        with film.together(seconds=2):
            film.move(x, beside=ln.output)
            film.camera.frame(x, ln, azimuth=276, elevation=4, zoom=0.9)
        if count > 1:
            film.say("We follow the one at t = {t}, which came from the {token}.", t=t, token=film.token_name(t))
        with film.together(seconds=0.6, lag=0.3):
            for grid in (x, ln.mean, ln.std, ln.output):
                film.split(grid[t])

    with film.beat("mean-and-deviation"):
        film.say("Two numbers sum the [column]({column}) up:", column=x[t])
        film.say("its mean, and its standard deviation, the root of its variance.")
        with film.together(seconds=2, lag=0.5):
            film.compute(ln.mean[t])
            film.compute(ln.std[t])
        film.say("A tiny ε is added to the variance, so that nothing is divided by zero.")

    with film.beat("normalise"):
        film.say("Here the mean is {mean} and the standard deviation {std}.", mean=ln.mean[t], std=ln.std[t])
        film.say("Subtract the one, divide by the other.")
        titles = ("The column as it came", "Normalised, before γ and β")
        film.histograms(x[t], ln.normalized[t], titles, seconds=3)
        variance = film.values(ln.normalized)[t].var()
        film.say(_normal(variance), variance=variance)
        film.say(
            "Last come a learned scale [γ]({gamma}) and a shift [β]({beta}){none}.",
            gamma=ln.gamma, beta=ln.beta, none="" if film.checkpoint.biases else ", which this model does without",
        )  # fmt: skip
        film.compute(ln.output[t, 0], seconds=1.5)
        film.sweep(ln.output[t], seconds=2.5)

    with film.beat("all-columns"):
        film.say(
            "The same happens to every other column."
            if count > 1
            else "If there were more columns, the same would happen to each."
        )
        film.merge(x, ln.mean, ln.std, ln.output, seconds=0.5)
        film.sweep(ln.mean, ln.std, ln.output, seconds=8)
        film.say(
            "No column looks at its neighbours: that is left to [self-attention]({out}), which is next.", out=ln.output
        )
        film.step_back()


def _normal(variance):
    """What has become of the column; ε keeps its variance a little below 1, and what was constant at 0."""
    if variance < 1e-9:
        return "Now the column is 0 everywhere, for all its numbers were equal."
    return "Now the column has mean 0 and, but for ε, variance 1" + (
        "." if variance > 0.9999 else " (with it {variance})."
    )
