"""Preliminary: what is shown is a trained model at work; one pair of colours was learned, another is computed anew."""

title = "Preliminary"
part = "Introduction"
trailer = ("near",)
question = "What is it that we look at?"
answer = "A trained model at work: fixed parameters, and values computed anew for every text."

LOW = 0.25
"""Opacity of what it is not about."""
NEAR = 0.3
"""Metres between what belongs together there."""
FEW, HALVES = 6, ("Self-attention", "MLP")
"""Layers that are seen side by side, and what their halves are called."""
ROWS, SEEN = 7, 9
"""Of each column that are drawn where numbers are to be read, and of a matrix alone."""
TURNS = 6.0
"""Seconds in which all parts of a layer have their turn."""


def play(film):
    layer, layers = film.layout.layers[0], film.layout.layers
    aside, seen = [one.attn.heads[1:] for one in layers], film.one_head(layer)
    learned = [grid for grid in seen if grid.role == "weight"]
    values = [grid for grid in seen if grid.role != "weight"]
    ribbons = film.ribbons(*seen)
    names = _used(film, layer, seen, aside)
    names = _learned(film, layer, learned, [*values, *ribbons], names)
    _computed(film, layer, learned, values, ribbons, [*names, *aside])
    _family(film)
    _both(film, layer.mlp)


def _used(film, layer, seen, aside):
    layers, signs, (first, *others) = film.layout.layers, [film.signs.card], layer.attn.heads
    if 1 < len(layers) <= FEW:
        film.fade(film.all_but(*layers), *aside, to=0, seconds=0)
        rows, titles = [list(one.members.values()) for one in layers], [f"Layer {i}" for i in range(len(layers))]
        signs = film.spread(*((row[:2], row[2:]) for row in rows), titles=titles, parts=HALVES, seconds=0)
    whole = film.one_head(*layers) if len(signs) > 1 else [film.layout]
    film.open_on(*whole, *signs, azimuth=282, elevation=9)
    with film.beat("used"):
        film.say("A model is first trained, then used.")
        film.camera.frame(*whole, *signs, azimuth=280, elevation=8, seconds=2.5)
        film.say("Training changes its parameters, little by little, so that it predicts better.")
        with film.together(seconds=4):
            film.fade(film.all_but(*seen), *signs, to=0, seconds=1.5)
            film.revert(*seen)
            film.camera.fly(*seen, azimuth=286, elevation=11)
        film.revert(*layers, seconds=0)
        film.fade(film.all_but(*seen), *map(film.signs.label, _crowded(film, layer)), to=0, seconds=0)
        film.say("Here they stay as they are: we see it used, which is called inference.")
        names = film.flank(first, titles=[f"1 of {1 + len(others)} heads"], among=layer) if others else []
        film.camera.frame(*seen, *names, azimuth=282, elevation=9, seconds=3)
    return names


def _crowded(film, layer):
    """Grids whose names would stand on others: what is one number wide, and those of a head that has a bracket."""
    heads = layer.attn.heads[0].grids if layer.attn.heads[1:] else ()
    return dict.fromkeys((*heads, *(grid for grid in film.one_head(layer) if len(grid.axes) == 1)))


def _learned(film, layer, learned, others, signs):
    with film.beat("learned"):
        film.say("What is [blue](weight), or orange below zero, was learned:")
        with film.together(seconds=0.5):
            _fade(film, layer, [*learned, *others], LOW)
        _in_turn(film, layer, learned, azimuth=280)
        film.say("these are the parameters, of which this model has {n:,}.", n=film.checkpoint.n_params)
        matrices = [grid for grid in layer.grids if grid.role == "weight" and len(grid.axes) == 2]  # of all heads
        with film.together(seconds=2.5):
            film.fade(*others, *signs, *(grid for grid in learned if grid not in matrices), to=0, seconds=1)
            names = film.lay(*matrices)
            film.camera.frame(*matrices, *names, azimuth=273, elevation=3)
        here = sum(film.values(grid).size for grid in matrices)
        film.say("{n:,} of them are here, in the matrices of its first layer.", n=here)
        film.camera.frame(*matrices, *names, azimuth=270, elevation=2, seconds=2)
        film.say("They are the same whatever text goes in.")
    with film.beat("near"):
        film.say("From near, each cell is one number: the stronger its colour, the further from zero.")
        matrix = layer.attn.proj_weight
        with film.together(seconds=3):
            film.fade(*names, *(grid for grid in matrices if grid is not matrix), to=0, seconds=1)
            film.camera.fly(matrix[:SEEN, :SEEN], azimuth=271, elevation=2)
        near = film.closeup(matrix, channels=SEEN, seconds=0.5)
        film.camera.frame(near.layers[0].attn.proj_weight, azimuth=274, elevation=4, seconds=2)
    return names


def _computed(film, layer, learned, values, ribbons, aside):
    with film.beat("computed"):
        film.say("What is [green](activation), or magenta below zero, is computed from them and the text,")
        film.hide_values(*(grid for grid in layer.grids if grid.role != "weight"), seconds=0)
        with film.together(seconds=0.6):
            film.fade(*aside, to=0, seconds=0.3)
            film.camera.frame(*(grid for grid in learned if len(grid.axes) == 2), azimuth=272, elevation=3)
        with film.together(seconds=1.2):
            with film.in_sequence():
                film.revert(*learned, *values)
                film.fade(*map(film.signs.label, _crowded(film, layer)), to=0, seconds=0)
            film.camera.frame(*learned, *values, azimuth=284, elevation=9)
        with film.together(seconds=0.5):
            film.fade(*ribbons, to=1)
            _fade(film, layer, learned, 0.35)
        _in_turn(film, layer, values, azimuth=281)
        film.say("each time anew.")
        with film.together(seconds=1):
            _fade(film, layer, learned, 1)
        name, part = next(iter(layer.members.items()))
        with film.together(seconds=2):
            film.fade(film.all_but(part), to=0, seconds=1)
            film.camera.fly(part, azimuth=277, elevation=5)
        near = film.closeup(part, channels=ROWS).layers[0].members[name]
        _closer(film, near)
        film.say(
            "[Amber](aggregate) numbers each sum up many others, [here]({sums}) a whole column.", sums=_sums(near)[0]
        )
        film.light(*_sums(near), seconds=0.5)
        film.camera.frame(near, azimuth=275, elevation=4, seconds=2)


def _closer(film, part):
    """What is learned stands near to what it makes, and that near to the sums, for its numbers to be large."""
    *_, result = part.grids
    film.move(result, beside=_sums(part)[-1], side="below", gap=1.5 * NEAR, seconds=0)
    for grid in (grid for grid in part.grids if grid.role == "weight"):
        film.move(grid, beside=result, side="left", gap=NEAR, seconds=0)
        result = grid
    film.camera.frame(part, azimuth=277, elevation=5, seconds=0)


def _sums(part):
    return [grid for grid in part.grids if grid.role == "aggregate"]


def _in_turn(film, layer, grids, azimuth):
    """Part by part these grids of a layer come up and glow, while the camera goes slowly round it."""
    these = set(grids)
    named = [(part.title, [grid for grid in part.grids if grid in these]) for part in layer.members.values()]
    named = [(name, found) for name, found in named if found]
    with film.together(seconds=TURNS):
        film.camera.frame(layer, azimuth=azimuth, elevation=9)
        film.pulse(*(found for _, found in named), titles=[name for name, _ in named])
        with film.in_sequence():
            for _, found in named:
                with film.together(seconds=TURNS / len(named)):
                    _fade(film, layer, found, 1)


def _fade(film, layer, things, to):
    """Fade things, of what is crowded without its name."""
    crowded = _crowded(film, layer)
    film.fade(*(thing for thing in things if thing not in crowded), to=to)
    film.fade(*(thing for thing in things if thing in crowded), to=to, named=False)


def _family(film):
    small, *between, large = sorted(film.models, key=lambda model: model.n_params)
    with film.beat("family"):
        film.say("GPT stands for generative pre-trained transformer.")
        film.fade(film.all_but(), to=0, seconds=0.5)
        with film.together(seconds=3):
            film.camera.frame(small, azimuth=290, elevation=11)
            film.grow(small)
        film.say("Such models have much the same plan, from {small} to {large},", small=small.title, large=large.title)
        with film.together(seconds=5):
            film.camera.fly(small, large, azimuth=285, elevation=9)
            for model in (*between, large):
                film.grow(model, seconds=3)
        film.say("which has {n:,} parameters.", n=large.n_params)
        film.point_out(beside=large, seconds=0.5)


def _both(film, mlp):
    """What is learned and what is computed, in one picture."""
    rows = mlp.fc_weight, mlp.hidden, mlp.activation, mlp.proj_weight
    values = mlp.hidden, mlp.activation
    with film.beat("both"):
        film.say("Small or large, at work their [parameters](weight) stay as they are;")
        film.fade(film.all_but(), *film.models, to=0, seconds=0.3)
        film.hide_values(*values)
        film.camera.frame(*rows, *film.lay(*rows, seconds=0), azimuth=276, elevation=4, seconds=0)
        film.say("the [values](activation) are computed anew, for every text.")
        film.sweep(*values, seconds=4, slowly=False)
        film.camera.frame(*rows, azimuth=275, elevation=4, seconds=2)
