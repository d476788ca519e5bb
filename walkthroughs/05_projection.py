"""Projection: what the heads have found is mixed into one column per token, and added to the stream."""

title = "Projection"
part = "Step by step"
question = "How do the heads' answers come together?"
answer = "Each head adds its share to one column, and that is added to the stream."
ABREAST = 12
"""Heads that are seen to come together."""
APART, WAY = 0.3, 0.3
"""Between two of them before that, as a share of one's height; and their way to the stack, as one of its height."""
WIDE = 0.4
"""Metres across of the arrows that lead from them to the weights."""
UNDER = 1.7
"""Metres between the weights and what comes out where that stands below them, for an arrow and a name."""


def play(film):
    layer, x, t = film.layout.layers[0], film.layout.embedding.output, film.example_time
    attn, outputs = layer.attn, [head.output for head in layer.attn.heads]
    film.computed_up_to(*outputs)
    film.fade(film.all_but(outputs, attn.proj_weight, attn.proj_bias, attn.proj), to=0, seconds=0)
    elsewhere = film.ribbons(outputs, attn.proj), film.ribbons(attn.proj_bias, attn.proj_weight)
    film.fade(*elsewhere, to=0, seconds=0)  # these stand in line here
    _apart(film, attn.proj_weight, outputs)
    _beyond(film, attn, outputs)
    film.open_on(outputs, attn.proj_weight, attn.proj_bias, attn.proj, azimuth=281, elevation=5)
    bias = film.connect(attn.proj_bias, attn.proj, seconds=0)
    few = 1 < film.config.n_head <= ABREAST
    ways = [film.connect(output, attn.proj_weight, width=WIDE, seconds=0) for output in outputs if few]
    _what_for(film, attn, outputs)
    x, attn, outputs, read, arrows, traces = _stack(film, x, attn, outputs, bias, ways)
    _one_number(film, attn, t, outputs, traces)
    _shares(film, attn, outputs, t)
    with film.beat("all-columns"):
        film.say(
            "All other columns meet the same weights."
            if len(film.tokens) > 1
            else "More columns would meet the same weights."
        )
        film.merge(attn.proj, seconds=0)
        film.camera.frame(*_parts(attn), outputs, azimuth=276, elevation=4, seconds=0)
        film.sweep(attn.proj, seconds=8)
        film.say("No column looks at another here: that was done in the heads.")
        film.camera.frame(*_parts(attn), outputs, azimuth=279, elevation=5, zoom=0.95, seconds=2)
    _stream(film, x, read, attn, _residual(film, x, attn, t, outputs, arrows))


def _apart(film, weights, outputs):
    """A few heads' answers stand one below the other, each by itself, beyond where they will be stacked."""
    if 1 < len(outputs) <= ABREAST:
        way, (wide, _, tall) = WAY * weights.size[2], outputs[0].size
        names = [f"Head {i}" for i in range(len(outputs))]
        gap = 0.8 + wide + way
        film.stack(
            *outputs, beside=weights, side="left", gap=gap, apart=APART * tall, names=names, seconds=0
        )  # fmt: skip


def _beyond(film, attn, outputs):
    """What comes out stands beyond the weights, or below them where the picture is upright; what comes on top, last."""
    among = outputs, attn.proj_weight
    film.move(attn.proj, beside=attn.proj_weight, side=("right", "below"), below=UNDER, among=among, seconds=0)
    film.move(attn.proj_bias, beside=attn.proj, seconds=0)


def _parts(attn):
    return attn.proj_bias, attn.proj_weight, attn.proj


def _what_for(film, attn, outputs):
    n, A = film.config.n_head, film.config.head_size
    with film.beat("what-for"):
        many = "Each of the {heads} has its own [answer]({o}): [{numbers}](A) per token."
        one = "The one head has its [answer]({o}): [{numbers}](A) per token."
        film.say(many if n > 1 else one, heads=film.count(n, "head"), o=outputs[0], numbers=film.count(A, "number"))
        film.camera.frame(outputs, *_parts(attn), azimuth=280, elevation=4, seconds=3)
        film.say("The projection turns them into one [column]({y}) per token.", y=attn.proj)
        film.camera.frame(outputs, *_parts(attn), azimuth=279, elevation=4, seconds=3)


def _stack(film, x, attn, outputs, bias, ways):
    n, A, C = film.config.n_head, film.config.head_size, film.config.n_embd
    with film.beat("stack"):
        film.say(
            "First the answers are stacked, head on head." if n > 1 else "With one head there is nothing to stack:"
        )
        read = film.layout.layers[0].ln_1.output
        film.fade(*ways, to=0, seconds=0.3)
        close = film.closeup(*_parts(attn), attn.residual, x, read, *outputs, seconds=0.5)  # of a wide model
        arrows = [bias]
        if close is not film.layout:
            film.fade(bias, to=0, seconds=0)
            x, attn, read = close.embedding.output, close.layers[0].attn, close.layers[0].ln_1.output
            outputs = [head.output for head in attn.heads]
            _apart(film, attn.proj_weight, outputs)
            _beyond(film, attn, outputs)
            arrows = [film.connect(attn.proj_bias, attn.proj, seconds=0)]
            film.fade(x, attn.residual, read, to=0, seconds=0)
        few = 1 < n <= ABREAST
        names = [] if few else [f"Head {i}" for i in range(n)]
        with film.together(seconds=2.5):
            traces = film.stack(*outputs, beside=attn.proj_weight, side="left", names=names, trace=few)
            film.camera.frame(*_parts(attn), outputs, traces, azimuth=276, elevation=4)
        with film.together(lag=0.2):
            arrows += [film.connect(output, attn.proj_weight) for output in outputs]
        if n > 1:
            film.say("{n} × {A} = {C:,}: as many numbers per token as before the heads.", n=n, A=A, C=C)
        else:
            film.say("its answer has {numbers} per token, as many as before.", numbers=film.count(C, "number"))
        film.camera.frame(*_parts(attn), outputs, traces, azimuth=278, elevation=5, seconds=2)
    return x, attn, outputs, read, arrows, traces


def _one_number(film, attn, t, outputs, traces):
    c = min(2, film.config.n_embd - 1)
    with film.beat("one-number"):
        film.say(
            "Then a row of [weights]({w}) meets a column of the {stack}:",
            w=attn.proj_weight, stack="stack" if film.config.n_head > 1 else "answer",
        )  # fmt: skip
        with film.together(seconds=0.8):
            film.fade(*traces, to=0)
            film.camera.frame(*_parts(attn), outputs, azimuth=276, elevation=4, zoom=0.96)
            film.split(attn.proj[t], others=0.55)
        film.say("pair by pair multiplied, then added up, a dot product.")
        film.compute(attn.proj[t, c], seconds=5)
        bias = film.checkpoint.biases
        own = "A learned number, the [bias]({b}), comes on top."
        film.say(own if bias else "A [bias]({b}), which this model does without, would be 0.", b=attn.proj_bias)
        if film.config.n_head > 1:
            film.say("So every number draws on all heads.")


def _shares(film, attn, outputs, t):
    n, A = film.config.n_head, film.config.head_size
    aside = ""  # what is larger than what is told of
    with film.beat("shares"):
        if n > 1:
            film.say("Each head meets weights of its own and adds a column of its own.")
        elif film.checkpoint.biases:
            film.say("With one head there is just one column of products.")
        else:
            film.say("With one head, and without a bias, that is all.")
        if n > 1 or film.checkpoint.biases:
            film.add_up(attn.proj[t], seconds=12)
        else:
            film.sweep(attn.proj[t], seconds=4)
        if 1 < n <= 7:
            weights = film.values(film.layout.layers[0].attn.proj_weight)[0]
            parts = [weights[h * A : h * A + A] @ film.values(outputs[h])[t] for h in range(n)]
            first, second = sorted(range(n), key=lambda h: -abs(parts[h]))[:2]
            if abs(parts[first]) > 1.001 * abs(parts[second]):
                film.say("Of the heads, head {h} moves the first row most, by {v}.", h=first, v=float(parts[first]))
                bias = float(film.values(film.layout.layers[0].attn.proj_bias)[0])
                aside = ", there even larger," if abs(bias) > abs(parts[first]) else ""
        film.say(
            f"With the [bias]({{b}}){aside} they sum to column {{t}} of the [attention output]({{y}})."
            if film.checkpoint.biases
            else "They sum to column {t} of the [attention output]({y})."
            if n > 1
            else "It is column {t} of the [attention output]({y}).",
            t=t, y=attn.proj, b=attn.proj_bias,
        )  # fmt: skip


def _residual(film, x, attn, t, outputs, arrows):
    with film.beat("residual"):
        film.say("The result does not replace the [column]({x}) that came into the layer,", x=x)
        film.fade(*outputs, attn.proj_weight, attn.proj_bias, *arrows, to=0, seconds=0.5)
        film.move(attn.residual, beside=attn.proj, side="left", seconds=0)
        film.move(x, beside=attn.residual, side="left", seconds=0)
        with film.together(seconds=1.5):
            film.fade(x, attn.residual, to=1)
            film.camera.frame(attn.proj, attn.residual, x, azimuth=276, elevation=4, zoom=0.9)
        film.say("but is added to it, number by number.")
        film.split(x[t], attn.proj[t], attn.residual[t], others=0.55, seconds=0.6)
        film.add_up(attn.residual[t], seconds=12)
        film.say("So the layer changes the column, and does not make it anew.")
    if len(film.tokens) == 1:
        return []
    with film.beat("all-sums"):
        film.say("The same holds for every column.")
        film.merge(x, attn.proj, attn.residual, seconds=0)
        film.arrange((x, attn.proj, attn.residual), seconds=0)
        film.one_scale(x, attn.proj, attn.residual, seconds=0)
        film.camera.frame(attn.proj, attn.residual, x, azimuth=278, elevation=5, zoom=0.9, seconds=0)
        signs = [
            film.symbol("+", between=(x, attn.proj), size=0.4, seconds=0.3),
            film.symbol("=", between=(attn.proj, attn.residual), size=0.4, seconds=0.3),
        ]
        film.sweep(attn.residual, seconds=7)
        film.say("What came in goes on, together with what attention has found.")
    return signs


def _stream(film, x, read, attn, signs):
    result, after, rows = attn.proj, attn.residual, x.axes[1].cells
    top, below, upper = slice(0, rows // 6 + 1), slice(rows // 6, rows // 3 + 1), slice(0, 2 * rows // 3 + 1)
    with film.beat("stream"):
        film.say("What came in also took a way past all this: the residual stream.")
        film.fade(film.all_but(), *signs, to=0, seconds=0.3)
        film.letters(x, read, result, after, seconds=0)
        film.move(read, beside=x, seconds=0)
        film.move(result, beside=read, gap=2.4, seconds=0)
        film.move(after, beside=result, seconds=0)
        for grid in (read, result):
            film.move(grid, by=(0, 0, -1.9), seconds=0)
        film.merge(x, after, result, seconds=0)
        film.one_scale(x, result, after, seconds=0)
        shown = x, read, result, after
        film.camera.frame(*shown, azimuth=275, elevation=4, seconds=0)
        with film.together(seconds=0.5):
            film.fade(*shown, to=1)
            film.connect(x[:, top], after[:, top], width=0.4)
            film.symbol("residual stream", between=(x[:, below], after[:, below]), size=0.28)
        film.say("[Self-attention]({y}) only reads from it,", y=result)
        with film.together(lag=0.5):
            film.connect(x, read, seconds=0.5)
            film.symbol("self-attention", between=(read[:, upper], result[:, upper]), size=0.28, seconds=0.5)
            film.connect(read, result, seconds=0.5)
        film.camera.frame(*shown, azimuth=273, elevation=3, seconds=2)
        film.say("and what it found is added to it.")
        film.connect(result, after, seconds=0.5)
        level = slice(3 * rows // 8, 5 * rows // 8 + 1)  # upon the arrow
        film.symbol("+", between=(result[:, level], after[:, level]), size=0.4, seconds=0.3)
        film.light(after, to=1, seconds=0.8)
        film.light(after, to=0, seconds=0.8)
