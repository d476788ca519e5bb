"""Run-through: one shot, down through the whole model with the numbers, from the tokens to the one that is chosen."""

title = "Run-through"
part = "One shot"
outlines = True
one_shot = True

FEW = 3
"""Layers that are gone through half by half; of more only the first and the last, between which all are seen."""
FASTEST = 3
"""By how much what is seen grows or shrinks in a second at most."""
PALE = 0.25
"""Opacity of arrows through which nothing has passed yet."""
MIDDLE = 6
"""Seconds for all layers but the first and the last, where there are many."""


def play(film):
    if not film.tokens:  # of models in outline nothing was run
        _outlined(film, film.models[0])
        return
    layout, e, layers = film.layout, film.layout.embedding, film.layout.layers
    film.computed_up_to(layout.tokens)
    film.fade(film.ribbons(layout), to=PALE, seconds=0)
    film.fade(film.signs.card, to=0, seconds=0)
    for layer in layers:  # heads stand behind one another: one has names
        _, attention, *_ = layer.members.values()
        near = min(attention.heads, key=lambda head: head.scores.middle[1])
        film.fade(*(film.signs.labels(head) for head in attention.heads if head is not near), to=0, seconds=0)
    film.open_on(film.signs.input, azimuth=276, elevation=4, zoom=0.9)
    with film.beat("tokens"):
        film.say("{tokens} go in.", tokens=film.count(len(film.tokens), "token"))
        film.camera.fly(film.signs.input, azimuth=279, elevation=5, zoom=0.94, seconds=1.5)
    with film.beat("embedding"):
        film.say("Each becomes a column of {numbers}.", numbers=film.count(film.config.n_embd, "number"))
        _pass(film, [layout.tokens, e], azimuth=286, elevation=9, seconds=2.2)
    _first(film, layers[0], whole=len(layers) == 1)
    if len(layers) <= FEW:
        for number, layer in enumerate(layers[1:], start=1):
            _layer(film, layer, f"layer-{number}", "Layer {n}: the same parts, other weights.", n=number)
    else:
        _middle(film, layers)
        _layer(film, layers[-1], "last-layer", "Layer {n} is the last.", n=len(layers) - 1)
    _end(film, layout)


def _first(film, layer, whole):
    norm, attention, *others = layer.members.values()
    heads = attention.heads
    near = min(heads, key=lambda head: head.scores.middle[1])
    with film.beat("first-layer"):
        film.say("{which} first brings every column to one scale,", which="The layer" if whole else "Layer 0")
        _pass(film, [norm], norm, heads, azimuth=292, elevation=11, seconds=1.8)
    with film.beat("heads"):
        film.say("then, in {heads}, each token asks those before it,", heads=film.count(len(heads), "head"))
        asked = [[head.q, head.k, head.v] for head in heads]
        _pass(film, asked, heads, azimuth=300, elevation=16, seconds=2.2)
    with film.beat("matrix"):
        film.say("weighs what they answer,")
        known = [[head.scores, head.max, head.sum, head.weights] for head in heads]
        _pass(film, known, near.scores[:], near.weights[:], azimuth=284, elevation=5, seconds=2.2)
    with film.beat("attention"):
        film.say("and takes over a mixture of it.")
        rest = [[head.output for head in heads], *[one for name, one in attention.members.items() if name != "heads"]]
        _pass(film, rest, azimuth=290, elevation=9, seconds=2.2)
    with film.beat("mlp"):
        film.say("The MLP works on each by itself.")
        _pass(film, others, azimuth=285, elevation=7, seconds=2.2)


def _layer(film, layer, key, words, n):
    norm, attention, *others = layer.members.values()
    with film.beat(key):
        film.say(words, n=n)
        _pass(film, [norm, attention], attention.heads, azimuth=294, elevation=12, seconds=1.6)
        _pass(film, others, azimuth=284, elevation=7, seconds=1.6)


def _middle(film, layers):
    """All layers in the picture, and the numbers run through those between the first and the last."""
    between = layers[1:-1]
    with film.beat("middle"):
        film.say("So do {layers} more, one after the other.", layers=len(between))
        with film.together(seconds=MIDDLE):
            film.camera.fly(*layers, azimuth=280, elevation=6, zoom=0.94)
            with film.in_sequence():
                film.wait(0.25 * MIDDLE)
                film.run_through(*between, seconds=0.75 * MIDDLE)


def _end(film, layout):
    signs = film.signs
    with film.beat("scores"):
        film.say("At the end each token of the vocabulary gets its probability,")
        _pass(film, [layout.ln_f, layout.output], azimuth=286, elevation=9, seconds=2.6)
    with film.beat("drawn"):
        film.say("and one is chosen: {token}.", token=film.name_of(film.draw.token))
        with film.together(seconds=2.5):
            film.camera.fly(signs.output, signs.candidates, azimuth=278, elevation=5, zoom=0.94, pace=FASTEST)
            film.fade(signs.output, signs.next, signs.candidates, to=1, seconds=1)
        film.camera.fly(signs.output, signs.candidates, azimuth=273, elevation=3, seconds=2.7)


def _pass(film, things, *framed, azimuth, elevation, seconds):
    """Go past some things, or past what is framed, while they are computed."""
    with film.together(seconds=seconds):
        film.camera.fly(
            *(framed or things), azimuth=azimuth, elevation=elevation, zoom=0.94, seconds=seconds, pace=FASTEST
        )
        film.run_through(*things, column=film.example_time)


def _outlined(film, model):
    """Of a model whose sizes alone are known: its boxes, layer after layer."""
    film.fade(model.once, model.layers[0], model.signs.boxes, to=1, seconds=0)
    film.open_on(model.layers[0], azimuth=284, elevation=9)
    with film.beat("first-layer"):
        film.say("Layer 0 of {name}, in outline.", name=model.title)
        film.camera.fly(model.layers[0], azimuth=281, elevation=7, seconds=2)
        for name, points in model.parts.items():
            film.camera.fly(points, azimuth=290 if name == "attn" else 283, elevation=9, zoom=0.94, seconds=2.5)
    if model.layers[1:]:
        with film.beat("layers"):
            film.say("Then come {n} more, built alike.", n=len(model.layers) - 1)
            with film.together(seconds=6):
                film.grow(model)
                film.camera.fly(model, azimuth=282, elevation=7, zoom=0.94)
    with film.beat("output"):
        film.say("It ends in a probability for each of {n:,} tokens.", n=model.config.vocab_size)
        film.camera.fly(model.layers[-1], azimuth=284, elevation=7, zoom=0.94, seconds=4)
        film.wait(1.5)
