"""Pull-back: one shot, away from a single number until the largest model is in sight, at an even pace."""

title = "Pull-back"
part = "One shot"
outlines = True
one_shot = True

PACE = 1.75
"""By how much what is seen grows in each second."""
ENTERS = 1.6
"""Seconds after which a model is in the picture, on the way to where all of it is."""

HOLDS = 0.8
"""Seconds for which a model is seen with its name."""
MOST = 6
"""Layers that are seen side by side."""


def play(film):
    if not film.tokens:  # of models in outline nothing was run
        _outlined(film, film.models)
        return
    layer = film.layout.layers[0]
    weights = [grid for grid in layer.grids if grid.role == "weight"]
    matrix = max(weights, key=lambda grid: grid.size[0])
    column = matrix[_across(matrix)]
    cell = matrix[_across(matrix, film.largest(column)[0])]
    rows, columns = matrix.cells[2], matrix.cells[0]
    sizes = f"{rows:,} × {columns:,} = {rows * columns:,}"
    film.open_on(cell, azimuth=271, elevation=1, zoom=0.8)
    with film.beat("cell"):
        film.say("This is one number that {name} has learned.", name=film.checkpoint.name)
        with film.together(seconds=1.5):
            film.camera.fly(cell, azimuth=271, elevation=1, zoom=0.7)
            frames = film.enclose(cell, words="1 number")
    count = sum(grid.count for grid in weights)
    inside = [grid[:] for grid in layer.grids]
    for key, regions, words, said in (
        ("column", [column], f"{rows:,} numbers", "It stands in a column,"),
        ("matrix", [matrix[:]], sizes, "that in a matrix,"),
        ("layer", inside, f"Layer 0: {count:,} parameters", "that in a layer,"),
    ):
        frames = _away(film, key, cell, regions, words, said, frames)
    layers = film.layout.layers
    if 1 < len(layers) <= MOST:
        with film.beat("layers"):
            film.say("that in one of {layers},", layers=film.count(len(layers), "layer"))
            with film.together():
                film.fade(*frames, *map(film.signs.labels, layers), film.all_but(*layers), to=0, seconds=1)
                names = [f"Layer {i}" for i in range(len(layers))]
                last = _halves(layers[-1], film.layout.ln_f, film.layout.output)
                titles = film.spread(*map(_halves, layers[:-1]), last, titles=names)
                film.camera.fly(*layers, *titles, azimuth=283, elevation=19, zoom=0.9, seconds=2.5, pace=PACE)
        frames = []
    with film.beat("model"):
        film.say("and these in {name}: {n:,} parameters.", name=film.checkpoint.name, n=film.checkpoint.n_params)
        measured = film.measure(film.layout, seconds=0)
        film.fade(measured, to=0, seconds=0)
        with film.together():
            film.fade(*frames, to=0, seconds=1.5)
            film.fade(film.all_but(*layers), to=1, seconds=1.5)
            film.fade(measured, to=1, seconds=2)
            film.camera.fly(film.layout, film.signs.card, *measured, azimuth=286, elevation=8, seconds=2, pace=PACE)
        film.say("With cells of a millimetre it would stand so high.")
    seen, pointers = [film.layout, *measured], []
    for number, model in enumerate(film.neighbours):
        with film.beat(f"model-{number + 2}"):
            pointers = _beside(film, model, seen, "{name} has {n:,}.", pointers)
            if not number:
                film.say("We know its sizes alone, none of its values.")
                film.camera.fly(*seen, azimuth=284, elevation=7, zoom=0.96, seconds=1.5)
    film.wait(1.2)


def _away(film, key, cell, regions, count, words, gone):
    """Away until regions fill the picture, in a frame that says how many numbers they have; the cell stays in one."""
    with film.beat(key):
        film.say(words)
        with film.together():
            film.camera.fly(*regions, azimuth=275, elevation=3, zoom=0.85, seconds=1.2, pace=PACE)
            film.fade(*gone[1:], to=0, seconds=0.5)
            frames = film.enclose(cell, seconds=0.8) + film.enclose(*regions, words=count, seconds=0.8)
            with film.in_sequence():
                film.wait(0.8)
                film.fade(gone[0], to=0, seconds=0.8)
    return frames


def _beside(film, model, seen, words, pointers):
    """Away until a model stands beside those ``seen``, with how high it is; it is named once it is in the picture.

    In place of the ``pointers`` there are others then, to those that are small beside it: they are returned.
    """
    with film.together():
        film.fade(*pointers, to=0, seconds=0.5)
        film.fade(model.pieces, model.signs.card, model.signs.roof, to=1, seconds=2)
        seen += [model, model.signs.card, *film.measure(model, seconds=2)]
        film.camera.fly(*seen, azimuth=284, elevation=7, pace=PACE)
        with film.in_sequence():
            film.wait(ENTERS)
            film.say(words, name=model.title, n=model.n_params)
    with film.together(seconds=HOLDS):
        pointers = film.point_out(beside=model, seconds=0.4)
        film.camera.fly(*seen, azimuth=284, elevation=7, zoom=0.97)
    return pointers


def _halves(layer, *after):
    return (members := [*layer.members.values()])[:2], [*members[2:], *after]


def _across(matrix, row=None):
    """The index of the middle one of what stands side by side on stage, or of one of its cells."""
    index = [slice(None) if row is None else row] * len(matrix.axes)
    place = next(i for i, axis in enumerate(matrix.axes) if axis.direction == "x")
    index[place] = matrix.shape[place] // 2
    return tuple(index)


def _outlined(film, models):
    """Of models whose sizes alone are known: from the cells of the first."""
    first, *others = models
    film.fade(first.pieces, first.signs.card, first.signs.roof, to=1, seconds=0)
    film.open_on(first.corner(4), azimuth=271, elevation=1)
    with film.beat("cells"):
        film.say("Each square is one number of {name}.", name=first.title)
        film.camera.fly(first.corner(5), azimuth=271, elevation=1, seconds=1.5)
    for key, shot, words in (
        ("corner", first.corner(50), "They stand in columns,"),
        ("matrix", first.corner(10**9), "these in matrices,"),
        ("layer", first.layers[0], "these in layers."),
    ):
        with film.beat(key):
            film.say(words)
            film.camera.fly(shot, azimuth=275, elevation=3, zoom=0.9, pace=PACE)
    seen, pointers = [first], []
    for number, model in enumerate(models):
        with film.beat(f"model-{number + 1}"):
            pointers = _beside(film, model, seen, "{name} has {n:,} parameters.", pointers)
    film.wait(1.2)
