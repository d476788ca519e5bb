"""Layer Norm: bring every column to mean 0 and a standard deviation of 1, then scale and shift it as learned."""

title = "Layer Norm"
part = "Step by step"
question = "How does a layer keep its numbers in bounds?"
answer = "It brings columns to mean 0 and standard deviation 1, then scales and shifts them."
trailer = ("normalise",)

APART = 0.08
"""Metres between a column that is told of and its neighbours."""
WAY, UNDER, DOWN = (0.45, 1.9), 0.9, 0.65
"""Metres beside the two rows of numbers, for arrows and formulas, as the picture is upright or wide; between them for a
name, at least; and for a formula, as a share of a column."""


def play(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    t = film.example_time
    count, C = x.shape
    film.computed_up_to(x)

    film.fade(film.all_but(x, ln), to=0, seconds=0)
    _laid_out(film, x, ln)
    film.open_on(x, ln, azimuth=283, elevation=9)
    arrows = _arrows(film, x, ln)
    with film.beat("what-for"):
        film.say("The [input embedding]({x}) enters the first layer.", x=x)
        close = film.closeup(ln, x, seconds=1)  # of a wide model; else it is the layout
        x, ln = close.embedding.output, close.layers[0].ln_1
        if close is not film.layout:
            film.fade(*arrows, to=0, seconds=0)
            _laid_out(film, x, ln)
            arrows = _arrows(film, x, ln)
            film.camera.frame(x, ln, azimuth=283, elevation=9, seconds=1)
        film.light(x, seconds=1)
        film.say("Before all else it is [normalised]({out}), as in every layer.", out=ln.output)
        with film.together(seconds=2):
            film.light(x, to=0)
            film.light(ln.mean, ln.std)
        film.say("It gets numbers of one common size, which keeps training stable.")
        with film.together(seconds=2):
            film.light(ln.mean, ln.std, to=0)
            film.light(ln.output)

    with film.beat("one-column"):
        film.say(
            "The [T = {count:,} columns](T) hold [C = {channels}](C) of one token each."
            if count > 1
            else "The one [column](T) there is holds the [C = {channels}](C) of its token, the {token}.",
            count=count, channels=film.count(C, "channel"), token=film.token_name(t),
        )  # fmt: skip
        with film.together(seconds=1):
            film.light(ln.output, to=0)
            film.camera.frame(x, ln, azimuth=276, elevation=4, zoom=0.94)
        if count > 1:
            film.say("We follow the one at t = {t}, which came from the {token}.", t=t, token=film.token_name(t))
        with film.together(seconds=0.6, lag=0.3):
            for grid in (x, ln.mean, ln.std, ln.output):
                film.split(grid[t], gap=APART, others=0.55)
            film.light(ln.gamma, ln.beta, to=0, back=0.65)  # their turn comes last
        with film.together(seconds=0.6):
            film.outline(*(grid[t] for grid in (x, ln.mean, ln.std, ln.output)))
            film.camera.frame(x, ln, azimuth=275, elevation=3)

    with film.beat("mean"):
        film.say("Two numbers describe the [column]({column}).", column=x[t])
        film.say("First its [mean μ]({mean}): all its numbers added up, divided by how many they are.", mean=ln.mean[t])
        film.compute(ln.mean[t], seconds=2)
    with film.beat("deviation"):
        film.say("Then its [standard deviation σ]({std}): how far its numbers lie from the mean.", std=ln.std[t])
        film.compute(ln.std[t], seconds=2)
        film.say("It is the root of their variance, the mean of the squared distances.")
        film.say("A tiny ε keeps it above zero.")

    with film.beat("normalise"):
        film.say("Here the [mean]({m}) is {m} and the [standard deviation]({s}) {s}.", m=ln.mean[t], s=ln.std[t])
        bars = film.skyline(x[t], "The column as it came, a bar per number", beside=ln.normalized[t], seconds=3)
        film.say("Subtract one, divide by the other: every column, small or large, gets this size.")
        film.become(bars, ln.normalized[t], "The same column, normalised", seconds=5)
        deviation = film.values(ln.normalized)[t].std()
        film.say(_normal(deviation), deviation=deviation)

    with film.beat("scale-and-shift"):
        film.say(
            "Last, each channel is scaled by a learned [γ]({gamma}) and shifted by [β]({beta})."
            if film.checkpoint.biases
            else "Last, each channel is scaled by a learned [γ]({gamma}); this model does without a [shift]({beta}).",
            gamma=ln.gamma, beta=ln.beta,
        )  # fmt: skip
        film.light(ln.gamma, ln.beta, to=0, seconds=0.5)
        film.sweep(ln.output[t], waits=1, seconds=4.5)
        film.say("So the model chooses for each channel the size that suits it.")

    with film.beat("all-columns"):
        film.say(
            "The same happens to every other column."
            if count > 1
            else "If there were more columns, the same would happen to each."
        )
        film.merge(x, ln.mean, ln.std, ln.output, seconds=0.5)
        film.camera.frame(x, ln, azimuth=277, elevation=4, seconds=1)
        film.sweep(ln.mean, ln.std, ln.output, waits=0.7, seconds=11)
        sizes = {when: (film.values(grid) ** 2).mean() ** 0.5 for when, grid in (("before", x), ("after", ln.output))}
        film.say("On one scale of colour: sizes around {before} came in, around {after} go out.", **sizes)
        film.call(x, ln.output, names=[f"In: around {sizes['before']:.2g}", f"Out: around {sizes['after']:.2g}"])
        film.one_scale(x, ln.output, seconds=2)
        film.say(
            "No column looks at its neighbours: that is left to [self-attention]({out}), which is next.", out=ln.output
        )


def _laid_out(film, x, ln):
    """What comes in at the right, what comes out at the left, and between them the two numbers of each column."""
    film.letters(x, fanned=True, seconds=0)
    film.arrange((ln.beta, ln.gamma, ln.output, ln.mean, ln.std, x), in_order=True, all_named=True, seconds=0)
    below = UNDER, max(UNDER, DOWN * x.size[2])
    film.stand_between(ln.mean, ln.std, left=(ln.beta, ln.gamma, ln.output), right=x, gap=WAY, below=below, seconds=0)


def _arrows(film, x, ln):
    """Both numbers are made of what comes in, and both are needed for what goes out; two such ways the layout has."""
    return [film.connect(x, ln.std, seconds=0), film.connect(ln.mean, ln.output, seconds=0)]


def _normal(deviation):
    """What has become of the column; ε keeps its deviation a little below 1, and what was constant at 0."""
    if deviation < 1e-4:
        return "Now the column is 0 everywhere, for all its numbers were equal."
    return "Now the mean is 0 and the deviation " + ("1." if deviation > 0.9999 else "{deviation}: 1 but for ε.")
