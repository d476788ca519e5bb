"""Preliminary: what is shown is a trained model at work; one pair of colours was learned, another is computed anew."""

title = "Preliminary"
part = "Introduction"
question = "What is it that we look at?"
answer = "A trained model at work: fixed parameters, and values computed anew for every text."

LOW = 0.16
"""Opacity of what it is not about."""
ROWS = 12
"""Of each column that are drawn where numbers are to be read."""
TURNS = 6.0
"""Seconds in which all parts of a layer have their turn."""


def play(film):
    layer = film.layout.layers[0]
    learned = [grid for grid in layer.grids if grid.role == "weight"]
    values = [grid for grid in layer.grids if grid.role != "weight"]
    ribbons = film.ribbons(layer)
    _used(film, layer)
    _learned(film, layer, learned, [*values, *ribbons])
    _computed(film, layer, learned, values, ribbons)
    _family(film)


def _used(film, layer):
    film.open_on(film.layout, film.signs.card, azimuth=298, elevation=34)
    with film.beat("used"):
        film.say("A model is first trained, then used.")
        film.camera.frame(film.layout, film.signs.card, azimuth=296, elevation=26, seconds=2.5)
        film.say("Training changes its parameters, little by little, so that it predicts better.")
        with film.together(seconds=4):
            film.fade(film.all_but(layer), to=0)
            film.camera.fly(layer, azimuth=296, elevation=12)
        film.say("Here they stay as they are: we see it used, which is called inference.")
        film.camera.frame(layer, azimuth=293, elevation=11, seconds=3)


def _learned(film, layer, learned, others):
    with film.beat("learned"):
        film.say("What is [blue](weight), or orange below zero, was learned:")
        film.fade(*learned, *others, to=LOW, seconds=0.5)
        _in_turn(film, layer, learned, azimuth=288)
        film.say("these are the parameters, of which this model has {n:,}.", n=film.checkpoint.n_params)
        film.camera.frame(layer, azimuth=287, elevation=9, seconds=1)
        film.say("They are the same whatever text goes in.")
        film.camera.frame(layer, azimuth=286, elevation=9, seconds=2)


def _computed(film, layer, learned, values, ribbons):
    with film.beat("computed"):
        film.say("What is [green](activation), or magenta below zero, is computed from them and the text,")
        film.hide_values(*values, seconds=0)
        with film.together(seconds=0.5):
            film.fade(*ribbons, to=1)
            film.fade(*learned, to=0.35)
        _in_turn(film, layer, values, azimuth=281)
        film.say("each time anew.")
        film.fade(*learned, to=1, seconds=1)
        name, part = next(iter(layer.members.items()))
        with film.together(seconds=2):
            film.fade(film.all_but(part), to=0, seconds=1)
            film.camera.fly(part, azimuth=277, elevation=5)
        near = film.closeup(part, channels=ROWS).layers[0].members[name]
        film.say(
            "[Amber](aggregate) numbers each sum up many others, [here]({sums}) a whole column.", sums=_sums(near)[0]
        )
        film.light(*_sums(near), seconds=0.5)
        film.camera.frame(near, azimuth=275, elevation=4, seconds=2)


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
                film.fade(*found, to=1, seconds=TURNS / len(named))


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
