"""Transformer: layer after layer reads the same stream and adds to it, and on the way the guess forms."""

title = "Transformer"
part = "Step by step"
question = "What do all these layers do, one after the other?"
answer = "Each reads the stream and adds to it, and so the guess forms."

FEW = 4
"""Layers of which every part is named."""
NAMED = 12
"""Layers, or groups of them, that have a name beside them."""
HALVES = "Self-attention", "MLP"
"""What the two halves of a layer are called, each of which begins with a norm."""


def play(film):
    layers, e = film.layout.layers, film.layout.embedding
    film.computed_up_to(layers[0])
    seen = film.one_head(*layers)
    film.fade(film.all_but(*seen, film.ribbons(*seen)), to=0, seconds=0)
    signs = _dealt(film, layers)
    film.open_on(*seen, *signs, azimuth=282, elevation=9)
    with film.beat("one-layer"):
        film.say("This is one whole layer, as we know it:")
        one = film.one_head(layers[0])
        with film.together(seconds=2):
            film.fade(film.all_but(*one), *signs, to=0, seconds=1)
            film.revert(*one)
            film.camera.fly(layers[0], azimuth=288, elevation=9)
        film.revert(*layers, seconds=0)
        film.hide_values(*(grid for layer in layers[1:] for grid in layer.grids if grid.role != "weight"))
        film.fade(film.all_but(*one), to=0, seconds=0)
        film.fade(*film.signs.labels(layers[0]), to=0, seconds=0)  # of a crowd some would stand on others
        (first, *others), names = layers[0].attn.heads, film.spread(_halves(layers[0]), parts=HALVES, seconds=0)
        names += film.flank(first, titles=[f"1 of {1 + len(others)} heads"], among=layers[0]) if others else []
        _from_above(film, e.output, layers[0].attn.residual, one)
        film.camera.frame(*one, *names, azimuth=286, elevation=9, seconds=2)
        film.say("attention takes over from other tokens,")
        film.light(layers[0].attn, seconds=0.8)
        film.light(layers[0].attn, to=0, seconds=0.8)
        film.say("the MLP works on each by itself.")
        film.light(layers[0].mlp, seconds=0.8)
        film.light(layers[0].mlp, to=0, seconds=0.8)
        film.say("Both add what they find to the [residual stream]({s}).", s=layers[0].attn.residual)
    _repeat(film, layers, names, e)
    _ride(film, layers, e)
    _stream(film, layers, e)
    _lens(film, _forming(film))


def _from_above(film, source, target, layer):
    """Let the stream come in from what is over the picture, as far as at home, wherever a layer's halves stand."""
    film.move(source, beside=target, side="above", gap=source.ends[0][2] - target.ends[1][2], seconds=0)
    film.fade(source, film.ribbons(source, *layer), to=1, seconds=0)
    film.fade(film.signs.label(source), to=0, seconds=0)


def _dealt(film, layers):
    """All layers as large as they can be, or one below the other, with their names, which are returned."""
    halves = [half for layer in layers for half in _halves(layer)]
    if 1 < len(layers) <= FEW:
        titles = [f"Layer {number}" for number in range(len(layers))]
        return film.spread(*map(_halves, layers), titles=titles, parts=HALVES, seconds=0)
    step = -(-len(layers) // NAMED)
    turns = [layers[i : i + step] for i in range(0, len(layers), step)]
    titles = [f"Layer {i}" if step == 1 else f"From layer {i} on" for i in range(0, len(layers), step)]
    signs = film.flank(*turns, titles=titles, seconds=0)
    return signs + film.flank(*halves, titles=HALVES * len(layers), side="right", seconds=0)


def _halves(layer):
    norm, attention, *others = layer.members.values()
    return [norm, attention], others


def _repeat(film, layers, names, e):
    count, end, seen = len(layers), (film.layout.ln_f, film.layout.output), film.one_head(*layers)
    with film.beat("repeat"):
        if count == 1:
            film.say("This small model has no other; large ones can have a hundred.")
            film.camera.frame(layers[0], *names, azimuth=283, elevation=7, seconds=3)
            return
        film.say("The model has {count} of them, one after the other.", count=count)
        film.locate(*layers)
        with film.together(seconds=3):
            film.fade(*names, e.output, to=0, seconds=0.5)
            film.fade(*seen, film.ribbons(*seen), to=1)
            if count <= FEW:
                film.fade(*end, film.ribbons(*end), to=1)
                rows = [_halves(layer) for layer in layers]
                titles = [f"Layer {number}" for number in range(count)]
                names = film.spread(*rows[:-1], (*rows[-1], end), titles=titles, parts=(*HALVES, "Output"))
                film.camera.frame(*seen, end, *names, azimuth=277, elevation=6)
            else:
                film.camera.frame(*seen, azimuth=290, elevation=8)
        if count <= FEW:
            film.say("Seen together, all are built alike,")
            film.camera.frame(*seen, end, *names, azimuth=274, elevation=5, zoom=0.97, seconds=3)
        else:
            film.say("All are built alike: the next one looks the same,")
            film.locate(layers[1])
            with film.together(seconds=2.5):
                film.fade(film.all_but(*film.one_head(layers[1])), to=0)
                film.camera.frame(layers[1], azimuth=286, elevation=9)
            names = film.flank(*_halves(layers[1]), titles=HALVES)
            film.camera.frame(layers[1], *names, azimuth=286, elevation=9, seconds=1)
        shown = layers if count <= FEW else layers[1:2]
        weights = [grid for layer in shown for grid in layer.grids if grid.role == "weight"]
        film.say("but each has learned [weights](weight) of its own.")
        film.light(*weights, seconds=1)
        film.light(*weights, to=0, seconds=1)


def _ride(film, layers, e):
    with film.beat("ride"):
        film.say("Now the numbers run through all of them." if len(layers) > 1 else "The numbers run through it.")
        film.hide_values(*layers, seconds=0)
        whole, each = len(layers) > FEW, min(6.0, 20.0 / len(layers))
        if whole:  # else they are there, and named as large as they are
            seen = film.one_head(*layers)
            film.fade(*seen, film.ribbons(*seen), to=1)
        for number, layer in enumerate(layers):
            parts = [layer] if whole else list(layer.members.values())
            names = [f"Layer {number}"] if whole else [f"Layer {number}: {part.title}" for part in parts]
            film.locate(layer)
            with film.together(seconds=each):
                if whole:
                    film.camera.frame(layer, azimuth=284, elevation=7, zoom=0.94)
                film.pulse(*parts, titles=names)
        film.locate()
        if len(layers) > 1:
            film.say("What one layer adds, all later ones can read.")


def _stream(film, layers, e):
    count = len(layers)
    some = range(count) if count <= 4 else [round(i * (count - 1) / 3) for i in range(4)]
    with film.beat("stream"):
        film.fade(film.all_but(), to=0, seconds=0.3)
        film.fade(e.output, *(layers[i].stream for i in some), to=1, seconds=0)
        film.say("This is all that passes from layer to layer: the residual stream.")
        close = film.closeup(e.output, *(layers[i].stream for i in some), seconds=0)  # of a wide model
        e, shown = close.embedding, [close.embedding.output, *(close.layers[i].stream for i in some)]
        film.arrange(shown, names=["Embedding", *(f"After layer {i}" for i in some)], seconds=0)
        film.one_scale(*shown, seconds=0)
        film.camera.frame(*shown, azimuth=275, elevation=4, seconds=0)
        film.wait(1)
        film.say("At the left is the [embedding]({e}), at the right what the last layer left.", e=e.output)
        film.light(shown[0], seconds=0.8)
        film.light(shown[0], to=0, seconds=0.8)
        film.say("Every layer only adds to it; all colours have one scale.")


def _forming(film):
    """The column whose guess forms on the way: the last, or if that never changes, one of those before it that the
    model was trained to guess at."""
    last = len(film.tokens) - 1
    if _since(film, last) > 0:
        return last
    asked = film.checkpoint.asked(len(film.tokens)) or range(len(film.tokens))
    near = range(max(asked[0], last - 11), last + 1)
    return max(near, key=lambda t: film.lens(t)[-1].max() - film.lens(t)[0, film.lens(t)[-1].argmax()])


def _since(film, t):
    """From which of its stages on, the embedding or one of the layers, the likeliest token is that of the end."""
    likeliest = film.lens(t).argmax(axis=1).tolist()
    return max((i + 1 for i, one in enumerate(likeliest) if one != likeliest[-1]), default=0)


def _lens(film, t):
    said, since = film.lens(t), _since(film, t)
    final = int(said[-1].argmax())
    with film.beat("lens"):
        if film.checkpoint.asked(len(film.tokens)):
            film.say("What would it say after fewer layers?")
        else:
            n = film.checkpoint.prompt_length
            film.say("What would fewer layers say, though it learned to answer {n} tokens?", n=n)
        film.guesses(t, f"What may follow t = {t:,}, read after each layer", seconds=8)
        film.say("To find out, the model's last step, told later, reads each stage.")
        film.say(
            f"The {{token}} goes from {'{p:.1%}' if said[0, final] else '0 %'} after the embedding to {{q:.1%}}.",
            token=film.name_of(final), p=float(said[0, final]), q=float(said[-1, final]),
        )  # fmt: skip
        if since == len(film.layout.layers):
            film.say(
                "Only the last layer makes it the likeliest." if since > 1 else "The layer makes it the likeliest."
            )
        elif since:
            film.say("From layer {n} on it is the likeliest.", n=since - 1)
