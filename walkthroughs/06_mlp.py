"""MLP: every column is widened, bent number by number, narrowed again, and added to the residual stream."""

title = "MLP"
part = "Step by step"
question = "What does a column make of what it has gathered?"
answer = "It is widened, bent number by number, narrowed again, and added to what it was."
trailer = ("firing",)

WAY, ROWS, SUMS, ALL = 6, 2, 7, 12
"""Of the column that is followed that are drawn: where it is seen what becomes of it; for its numbers and the weights
to be read; and where it is added. And of all columns, for each of them to be seen."""


def play(film):
    layer, t = film.layout.layers[0], film.example_time
    x, mlp, stream = whole = layer.ln_2.output, layer.mlp, layer.attn.residual
    film.computed_up_to(stream)
    rows = _rows(x, mlp, stream)
    film.fade(film.all_but(*rows), to=0, seconds=0)
    film.arrange(*rows, all_named=True, seconds=0)
    film.one_scale(stream, mlp.proj, mlp.residual, seconds=0)  # what is added
    film.open_on(*rows, azimuth=282, elevation=7)
    with film.beat("what-for"):
        names = _what_for(film, layer, rows)
    with film.beat("way"):
        film.say("First every column is [normalised]({n}).", n=x)
        film.fade(film.all_but(), *names, to=0, seconds=0.3)
        film.revert(layer, seconds=0)
        film.hide_values(x, mlp.hidden, mlp.activation, mlp.proj, mlp.residual)
        _in_one_picture(film, x, mlp, stream)
        film.sweep(x, seconds=2, slowly=False)
        _way(film, *_near(film, whole, WAY, t), t)
    x, mlp, _ = _near(film, whole, ROWS, t)
    _neurons(film, x, mlp, t)
    _curve(film, layer.mlp, t)
    _beside(film, layer.mlp, t)
    _bent(film, mlp, t)
    _firing(film, layer.mlp, t)
    _narrow(film, mlp, t)
    _, mlp, stream = _near(film, whole, SUMS, t)
    _residual(film, mlp, stream, t)
    _rest(film, *_near(film, whole, ALL))


def _near(film, whole, rows, t=None):
    """So many rows, of the column of one time or of all, stand in for the whole grids, with their share of neurons."""
    film.fade(film.all_but(), to=0, seconds=0)
    film.fade(film.ribbons(*whole), to=1, seconds=0)
    close = film.closeup(*whole, channels=rows, in_proportion=True, time=t, seconds=0).layers[0]
    film.one_scale(close.attn.residual, close.mlp.proj, close.mlp.residual, seconds=0)
    return close.ln_2.output, close.mlp, close.attn.residual


def _rows(x, mlp, stream):
    """All that a column passes, as it stands in the layer, but with room for names."""
    return (mlp.fc_weight, x, stream), (mlp.hidden,), (mlp.activation,), (mlp.proj_weight, mlp.proj, mlp.residual)


def _what_for(film, layer, rows):
    x = layer.attn.residual
    gathered = "In self-attention each [column]({x}) took over something from those before it."
    alone = "In self-attention the one [column]({x}) had only itself to look at."
    film.say(gathered if len(film.tokens) > 1 else alone, x=x)
    film.camera.frame(*rows, azimuth=280, elevation=6, seconds=2)
    film.say("Now a small neural network works on every column by itself:")
    film.camera.frame(*rows, azimuth=276, elevation=4, seconds=2.5)
    film.say("the [MLP]({h}), or multilayer perceptron.", h=layer.mlp.hidden)
    matrices = [grid for grid in layer.grids if grid.role == "weight" and len(grid.axes) == 2]
    own = layer.mlp.fc_weight, layer.mlp.proj_weight
    share = sum(film.values(grid).size for grid in own) / sum(film.values(grid).size for grid in matrices)
    film.say("Of all numbers in the layer's matrices its two hold {share:.0%}.", share=share)
    film.fade(film.all_but(own), to=0, seconds=0.5)
    with film.together(seconds=1.5):
        names = film.lay(*matrices)
        film.camera.frame(*matrices, *names, azimuth=274, elevation=3)
    film.outline(*(one[:] for one in own), seconds=0.8)
    return names


def _in_one_picture(film, x, mlp, stream):
    """All that a column passes, its weights too, laid out with room for names, and looked at."""
    rows, seen = _rows(x, mlp, stream), film.ribbons(x, mlp, stream)
    film.fade(film.all_but(), to=0, seconds=0)  # the camera may stand within what it goes back from
    film.arrange(*rows, all_named=True, seconds=0)
    film.camera.frame(*rows, azimuth=274, elevation=3, seconds=0)
    film.fade(*rows, seen, to=1, seconds=0.3)


def _way(film, x, mlp, stream, t):
    """One column through both matrices: what becomes of it, before it is told how."""
    count, wide = film.config.n_embd, mlp.hidden.shape[1]
    _in_one_picture(film, x, mlp, stream)
    film.say("Follow t = {t}, the {token}: its {count} become [{wide}](4C),", t=t, token=film.token_name(t),
             count=film.count(count, "number"), wide=f"{wide:,}")  # fmt: skip
    film.light(mlp.fc_weight, seconds=0.4)
    film.sweep(mlp.hidden[t], seconds=1.5, slowly=False)
    film.light(mlp.fc_weight, to=0, seconds=0.4)
    film.say("are bent, become [{count}](C) again, and join the [stream]({s}).", count=f"{count:,}",
             s=mlp.residual[t])  # fmt: skip
    film.sweep(mlp.activation[t], seconds=1.5, slowly=False)
    film.light(mlp.proj_weight, seconds=0.4)
    film.sweep(mlp.proj[t], mlp.residual[t], seconds=3, slowly=False)
    film.light(mlp.proj_weight, to=0, seconds=0.4)


def _neurons(film, x, mlp, t):
    hidden, shown = mlp.hidden, (x, mlp.fc_weight, mlp.fc_bias, mlp.hidden)
    with film.beat("neurons"):
        film.fade(film.all_but(), to=0, seconds=0)
        film.hide_values(mlp.hidden, mlp.activation, mlp.proj, mlp.residual)
        film.arrange((mlp.fc_bias,), (mlp.fc_weight,), (mlp.hidden,), all_named=True, seconds=0)
        film.move(x, beside=mlp.fc_weight, gap=0.35, seconds=0)
        film.camera.frame(*shown, azimuth=274, elevation=3, seconds=0)
        film.fade(*shown, film.ribbons(x, mlp), to=1, seconds=0.3)
        film.camera.frame(*shown, azimuth=272, elevation=2, seconds=0.8)
        wide, times = hidden.shape[1], hidden.shape[1] // film.config.n_embd
        film.say("These {wide} are {times} times as many; each is called a neuron.", wide=f"{wide:,}", times=times)
        film.say("It has its own column of [weights]({w}), like a pattern.", w=mlp.fc_weight)
        film.compute(hidden[t, film.largest(hidden[t, : hidden.axes[1].cells])[0]], seconds=3)
        film.say("The better the [token's column]({x}) fits it, the larger the number.", x=x[t])
        film.say("All read the same column, each with another pattern.")
        film.sweep(hidden[t], seconds=4, slowly=False)


def _curve(film, mlp, t):
    bend, after = film.bend(mlp.activation), mlp.activation
    before = film.values(mlp.hidden)[t]
    low, high = int(before.argmin()), int(before.argmax())
    with film.beat("curve"):
        film.say("Then each number is bent by a curve, here {name}.", name=bend.name)
        title = film.phrase("{} bends the {}", bend.name, film.count(len(before), "number"))
        chart = film.curve(after[t], title, seconds=3)
        film.say("The largest here, {x}, becomes {y}.", x=before[high], y=after[t, high])
        film.slide(chart, after[t, high], seconds=2)
        film.say("The smallest, {x}, becomes {y}.", x=before[low], y=after[t, low])
        film.slide(chart, after[t, low], seconds=3)
        smooth = "Numbers far above 0 pass nearly unchanged; of those far below, nearly nothing is left."
        film.say("Numbers above 0 pass unchanged; those below become 0." if bend.name == "ReLU" else smooth)


def _beside(film, mlp, t):
    bend, after = film.bend(mlp.activation), mlp.activation
    before = film.values(mlp.hidden)[t]
    other = "GELU" if bend.name == "ReLU" else "ReLU"
    low, high, mine = int(before.argmin()), int(before.argmax()), bend.name == "ReLU"
    with film.beat("beside"):
        film.say("ReLU is the simplest bend: what is below 0 becomes 0.")
        chart = film.curve(after[t], f"{bend.name} and {other}", beside=other, seconds=3)
        some = "{n} of our {wide} numbers {would} 0." if (before < 0).any() else "None of our {wide} is below 0."
        film.say(
            some, wide=f"{len(before):,}", n=f"{int((before < 0).sum()):,}", would="become" if mine else "would become"
        )
        film.slide(chart, after[t, low], seconds=2)
        film.say("But where it is flat, learning has no slope to follow.")
        film.slide(chart, after[t, high], seconds=3)
        if "GELU" in (bend.name, other):
            film.say("GELU is smooth, and flat almost nowhere.")


def _bent(film, mlp, t):
    with film.beat("bent"):
        film.say("On the way to the second matrix, every number passes the curve.")
        film.fade(film.all_but(mlp.hidden), to=0, seconds=0.3)
        rows = mlp.hidden, mlp.activation, mlp.proj_weight
        film.arrange(*((row,) for row in rows), all_named=True, seconds=0)
        film.fade(*rows, to=1, seconds=0.3)
        film.camera.frame(*rows, azimuth=271, elevation=1, seconds=0.8)
        film.sweep(mlp.activation[t], seconds=4, slowly=False)
        film.say("Without a bend, two matrices in a row can do no more than one.")


def _firing(film, mlp, t):
    fires = film.values(mlp.activation)
    number = film.largest(mlp.activation[t])[0]
    with film.beat("firing"):
        film.say("A neuron well above 0 fires.")
        shown = film.firing(mlp.activation[t], f"The neurons that fire most at t = {t}", seconds=5)
        token, strongest = film.token_name(t), fires[t, number]
        half = [i for i, one in enumerate(fires[:, number]) if i != t and one >= strongest / 2]
        choosy, elsewhere = _choosy(fires, shown, t)
        if strongest > 0 and 2 * len(half) > len(fires) - 1 and elsewhere < fires[t, choosy] / 2:
            film.say("Neuron {n} fires most, but for {k:,} others, too.", n=f"{number:,}", k=len(half))
            film.say("Neuron {n} is choosier: {a} here, elsewhere at most {b}.", n=f"{choosy:,}", a=fires[t, choosy],
                     b=elsewhere)  # fmt: skip
        elif strongest > 0:
            film.say("For this {token} neuron {n} fires most: {a}.", token=token, n=f"{number:,}", a=strongest)
            for told in _others(film, fires[:, number], half, t):
                film.say(told, n=len(half), token=token)
        else:
            film.say("For the {token} none does.", token=token)
        film.say("Nobody chose that: it was learned.")


def _choosy(fires, neurons, t):
    """The neuron that fires more for one token than for any other, and how much it does for those at most."""
    others = {n: max((row[n] for i, row in enumerate(fires) if i != t), default=0) for n in neurons}
    choosy = max(neurons, key=lambda n: fires[t, n] - others[n])
    return choosy, others[choosy]


def _others(film, fires, half, t):
    """For which other columns the strongest neuron fires at least half as much, if any, and where it is silent."""
    alike = [i for i, token in enumerate(film.tokens) if token == film.tokens[t] and i != t]
    given, wrote = ([i for i in alike if (i < film.trace.prompt_length) == early] for early in (True, False))
    if given and wrote and half == given and t < film.trace.prompt_length and max(fires[wrote]) < fires[t] / 10:
        every = "It fires for every {token} given, for none that the model wrote."
        return every, "So it is not the token alone that counts."
    if not half:
        return ("Nowhere else in this text does it fire even half as much.",)
    same = sum(i in alike for i in half)
    if same == len(half) < len(alike):
        make = "makes" if same == 1 else "make"
        return (f"Of this token's {len(alike):,} other places, {{n:,}} {make} it fire at least half as much.",)
    if len(half) == 1:
        return (f"At one other place it fires at least half as much, with {'this' if same else 'another'} token.",)
    whose = (f"{same:,}" if same < len(half) else "all") + " with this token" if same else "all with other tokens"
    return (f"At {{n:,}} other places it fires at least half as much, {whose}.",)


def _narrow(film, mlp, t):
    w, seen = mlp.proj_weight, mlp.activation.axes[1].cells
    fires = film.values(mlp.activation)[t, :seen]
    n = int(abs(film.values(w)[0, :seen] * fires).argmax())  # told of in the sum
    shown = mlp.activation, w, mlp.proj_bias, mlp.proj
    with film.beat("narrow"):
        film.fade(film.all_but(mlp.activation), to=0, seconds=0.3)
        film.arrange((mlp.activation,), (w, mlp.proj), all_named=True, seconds=0)
        film.move(mlp.proj_bias, beside=w, side="left", gap=0.2, seconds=0)
        film.say("A second [matrix]({w}) makes {count} of them again, each a dot product.", w=w,
                 count=film.count(film.config.n_embd, "number"))  # fmt: skip
        with film.together(seconds=1):
            film.fade(*shown, to=1)
            film.camera.frame(*shown, azimuth=271, elevation=1)
        film.compute(mlp.proj[t, 0], seconds=3)
        film.sweep(mlp.proj[t], seconds=1.5, slowly=False)
        mine = "adds it {a} times." if fires[n] > 0 else "takes {a} of it away."
        film.say(f"So each neuron adds its own [column]({{c}}): neuron {{n}} {mine}", c=w[:, n], n=n, a=abs(fires[n]))
        film.light(w, to=0, seconds=0.5)
        film.outline(mlp.activation[t, n], w[:, n], seconds=0.5)


def _residual(film, mlp, stream, t):
    with film.beat("residual"):
        film.fade(film.all_but(), to=0, seconds=0.3)
        film.show_values(mlp.proj)
        film.hide_values(mlp.residual)
        film.move(stream, beside=mlp.proj, side="left", gap=2 * film.layout.gap, seconds=0)
        film.say("The result is added to the [residual stream]({s}), as attention's was.", s=stream[t])
        film.camera.frame(stream, mlp.proj, mlp.residual, azimuth=272, elevation=2, seconds=0)
        film.fade(stream, mlp.proj, mlp.residual, to=1, seconds=0.5)
        film.split(stream[t], mlp.residual[t], others=0.3)
        film.add_up(mlp.residual[t], seconds=8)
        film.say("It never replaces that: a layer only adds to what was there.")


def _rest(film, x, mlp, stream):
    """All columns, of which those that are drawn are to be seen one by one."""
    with film.beat("all-columns"):
        film.fade(film.all_but(), to=0, seconds=0.3)
        many = "All other columns go through the same weights."
        film.say(many if len(film.tokens) > 1 else "More columns would all go through the same weights.")
        _in_one_picture(film, x, mlp, stream)
        if len(film.tokens) > 1:
            time = x.axes[0].index(x.axes[0].cells - 1)
            film.outline(*(one[time] for one in (x, *mlp.members.values()) if one.role != "weight"), seconds=0.5)
            film.say("Framed: t = {t:,}, the {token}.", t=time, token=film.token_name(time))
        film.sweep(mlp.hidden, mlp.activation, mlp.proj, mlp.residual, seconds=8, slowly=False)
        last = "With this the layer is done; the next has its own weights."
        film.say(last if film.config.n_layer > 1 else "With this the only layer is done.")
        film.camera.frame(*_rows(x, mlp, stream), azimuth=272, elevation=2, seconds=2)
