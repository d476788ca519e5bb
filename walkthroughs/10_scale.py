"""Scale: the same plan, more often and wider, up to models of many billions of parameters."""

title = "Scale"
part = "Outlook"
question = "What makes a large model different from a small one?"
answer = "Only its size: the same few parts, wider, and repeated more often."
trailer = ("height", "one-take", "nothing-new")
outlines = True

CELLS = 20
"""Cells across a picture in which single ones are seen."""
SIMILAR, ALIKE = 1 / 8, 1 / 2
"""Height of a model, as a share of another's, from which on it takes much room beside it, and too much."""


def play(film):
    models = film.models
    film.fade(film.all_but(), to=0, seconds=0)
    _number(film, models[0])
    _first(film, models[0])
    measured = {models[0]: _height(film, models[0])}
    pointers = []
    for model in models[1:]:
        pointers = _next(film, measured, model, pointers)
    by_size = sorted(models, key=lambda model: model.n_params)
    largest = by_size[-1]
    film.fade(*pointers, to=0)
    film.fade([[_whole(model), drawings] for model, drawings in measured.items()], to=1, seconds=0.5)
    _layer(film, largest, by_size[0])
    _closer(film, largest, by_size[0])
    _take(film, models[0], by_size, measured[largest])
    _end(film, models, largest, measured[largest])


def _number(film, model):
    film.fade(model.once, model.layers[0], model.signs.boxes, model.signs.layers[0], to=1, seconds=0)
    film.open_on(model.corner(CELLS), azimuth=285, elevation=7)
    with film.beat("one-number"):
        film.say("This is a corner of {name}, so near that we see its cells.", name=model.title)
        film.camera.fly(model.corner(CELLS - 2), azimuth=282, elevation=5, seconds=3)
        film.say("Each square stands for one number, a [parameter](weight): learned once, then fixed.")
        film.tally(model, 1, seconds=0.5)
        film.camera.fly(model.corner(CELLS - 3), azimuth=279, elevation=4, seconds=3)
        near = model.outline.ruled[:1]
        if near:
            film.say("From further off only every {near}th line is left, to count by.", near=near[0])
            film.tally(model, near[0], seconds=0.5)
            film.camera.fly(model.corner(CELLS - 2), azimuth=277, elevation=3, seconds=2)


def _first(film, model):
    config, blueprint = model.config, model.blueprint
    with film.beat("outline"):
        film.say(
            "In blue stand the {count} [parameters](weight) of {name}{remarks}.",
            name=model.title, count=f"{model.n_params:,}", remarks=_remarks(film, model),
        )  # fmt: skip
        film.camera.take(model.corner(10**9), model.layers[0], azimuth=291, elevation=14, seconds=5)
        film.say(
            "Green cells are for [working values](activation), here of {tokens}, the most it reads.",
            tokens=film.count(config.block_size, "token"),
        )
        film.camera.fly(model.layers[0], azimuth=286, elevation=13, seconds=3)
        film.say("We see where numbers would stand, not which they are.")
        film.camera.fly(model.layers[0], azimuth=271, elevation=2, seconds=3)
    with film.beat("layers"):
        film.say(
            "It has one layer." if config.n_layer == 1 else "Its {layers} layers are built exactly alike.",
            layers=config.n_layer,
        )  # fmt: skip
        with film.together():
            film.camera.fly(model, azimuth=290, elevation=11, seconds=3)
            film.grow(model, seconds=3)
        film.say("A layer of C channels has {by_width} [parameters](weight):", by_width=blueprint.by_width)
        film.camera.fly(model, azimuth=286, elevation=10, seconds=3)
        film.say("with C = {C:,} that is {each:,}.", C=config.n_embd, each=blueprint.per_layer)
        film.camera.fly(model, azimuth=282, elevation=8, seconds=2)
        head = "" if blueprint.tied else ", the LM head"
        film.say("Only the embedding tables{head} and one last layer norm are outside.", head=head)
        film.camera.fly(model, azimuth=278, elevation=7, seconds=4)
        if blueprint.tied:
            film.say("The LM head is tied: the token embedding once more.")


def _height(film, model):
    with film.beat("height"):
        film.say("How large is that? Say that each cell is one millimetre wide.")
        with film.together(seconds=4):
            film.fade(model.signs.layers, model.signs.scale_bar, to=0, seconds=0.5)
            with film.in_sequence():  # the camera is there first, so that nothing known is cut on its way
                film.wait(2.5)
                measured = film.measure(model, seconds=1)
            film.camera.fly(model, model.signs.card, *measured, azimuth=283, elevation=7, seconds=2.5)
        film.say("Then {name} stands {height} high.", name=model.title, height=model.height)
        film.camera.fly(model, model.signs.card, *measured, azimuth=286, elevation=6, seconds=3)
    return measured


def _next(film, measured, model, pointers):
    """Let a model grow beside those told before, which are known by what was measured at them."""
    told = list(measured)
    before, config = told[-1].config, model.config
    smaller = [other for other in told if other.n_params < model.n_params]
    seen = [*_beside(model, smaller[:-1], SIMILAR), *smaller[-1:]]
    gone = [other for other in told if other not in seen]
    new = model.blueprint.tied and not any(other.blueprint.tied for other in told)
    with film.beat(f"model-{len(told) + 1}"):
        film.say(
            "Next comes {name}: {count} [parameters](weight){remarks}, {times} {other}.",
            name=model.title, count=f"{model.n_params:,}", remarks="" if new else _remarks(film, model),
            other=told[-1].title, times=_times(model.n_params / told[-1].n_params),
        )  # fmt: skip
        with film.together(seconds=5):
            film.fade(*pointers, [[one, measured[one]] for one in gone], to=0, seconds=0.5)
            film.fade([[_whole(one), measured[one]] for one in seen], to=1, seconds=0.5)
            film.camera.fly(*seen, model, azimuth=287, elevation=9)
            film.grow(model)
        pointers = film.point_out(beside=model, seconds=0.5)
        if new:
            film.say("Its head is tied: the token embedding once more.")
            film.camera.fly(*seen, model, azimuth=283, elevation=9, seconds=3)
        film.say(
            "{layers}; {channels}:",
            layers=_instead(film, config.n_layer, before.n_layer, "layer"),
            channels=_instead(film, config.n_embd, before.n_embd, "channel"),
        )  # fmt: skip
        film.camera.fly(*seen, model, azimuth=280, elevation=10, seconds=3)
        film.say("at 1 mm per cell it stands {height} high.", height=model.height)
        stay = _beside(model, seen, ALIKE)
        with film.together(seconds=3):
            if stay != seen:
                film.fade(*pointers, [[one, measured[one]] for one in seen if one not in stay], to=0)
            with film.in_sequence():
                film.wait(1.5)
                measured[model] = film.measure(model, seconds=1)
            film.camera.fly(*stay, model, *measured[model], azimuth=277, elevation=11)
    return pointers


def _layer(film, model, smallest):
    config, (part, count) = model.config, model.outline.largest_part
    with film.beat("one-layer"):
        film.say(
            "One layer of {name} has {each:,} [parameters](weight){more}.",
            name=model.title, each=model.blueprint.per_layer, more=_against(film, model, smallest),
        )  # fmt: skip
        with film.together(seconds=4):
            film.fade(model.layers[1:], model.signs.layers[1:], to=0)
            film.fade(model.signs.layers[0], to=1)
            film.camera.fly(model.layers[0], azimuth=290, elevation=14)
        film.say("Most of them, {count}, are in the {part}.", count=count, part=part)
        with film.together(seconds=3):
            film.fade(model.signs.layers[0], to=0)
            film.camera.fly(model.parts[model.outline.largest], azimuth=284, elevation=9)
        film.say("Twice the layers have twice as many, twice the channels nearly four times.")
        film.camera.fly(model.layers[0], azimuth=280, elevation=9, seconds=3)
    with film.beat("context"):
        film.say("The number of tokens costs next to no parameters, but work:")
        film.fade(model.signs.boxes, to=0, seconds=0.3)
        lengths = [config.block_size // share for share in (8, 4, 2, 1) if share <= config.block_size]
        film.squares(lengths, "T", "One attention matrix, for T tokens", seconds=6)
        film.say(
            "every [attention matrix](activation) has T² cells, with T = {T:,} up to {cells:,},",
            T=config.block_size, cells=config.block_size**2,
        )  # fmt: skip
        n, h = config.n_layer, config.n_head
        film.say("and there is one for each of {n} × {h} = {heads}.", n=n, h=h, heads=film.count(n * h, "head"))


def _closer(film, model, smallest):
    """The corner of a matrix with its coarsest lines, where it has such."""
    if not model.outline.ruled:
        return
    near, *afar = model.outline.ruled
    apart = f"{near} cells apart" + (f", from afar {' and '.join(f'{cells:,}' for cells in afar)}" if afar else "")
    wide = [near, *afar][:2][-1]
    with film.beat("closer"):
        film.say("All this is still made of single numbers.")
        film.camera.take(model.corner(10**9), model.corner(12 * wide), azimuth=279, elevation=5, seconds=6)
        film.say("The lines on its matrices are {apart}.", apart=apart)
        film.tally(model, wide, seconds=0.5)
        film.camera.fly(model.corner(10 * wide), azimuth=276, elevation=4, seconds=3)
        if model is not smallest:
            film.say(
                "One such square has {square:,} numbers, all of {name} {all:,}.",
                square=wide**2, name=smallest.title, all=smallest.n_params,
            )  # fmt: skip
            film.camera.fly(model.corner(9 * wide), azimuth=274, elevation=3, seconds=3)


def _take(film, first, by_size, beside):
    """From one number of the first model to the largest, whole, in a single take; each is named as it is reached."""
    larger, largest = [model for model in by_size if model.n_params > first.n_params], by_size[-1]
    near, all_of_it = [first.corner(10**9), first.layers[0]], [first, *larger, largest.signs.card, beside]
    stops = [[first, *larger[:count], model.signs.card] for count, model in enumerate([first, *larger])]
    with film.beat("one-take"):
        film.say("Back to the cells of {name}, one number each.", name=first.title)
        with film.together(seconds=7):
            film.fade(first.signs.card, first.signs.roof, largest.layers, largest.signs.boxes, to=1, seconds=1)
            film.camera.take(all_of_it, *reversed(near), first.corner(CELLS), azimuth=277, elevation=4)
        film.say("Now, without a cut, from here to all {n:,} of {name}:", n=largest.n_params, name=largest.title)
        film.fade(*map(_whole, larger), beside, to=0, seconds=0)  # each comes in its turn, and whole
        film.camera.take(*near, stops[0], azimuth=281, elevation=6, seconds=7)
        for number, stop in enumerate((*stops[1:-1], all_of_it)):
            film.wait(0.9)
            film.camera.fly(*stop, azimuth=287, elevation=9, seconds=2)
            film.fade(*map(_whole, larger[number : number + 1]), beside if stop is all_of_it else [], to=1, seconds=0.6)
        film.say("Counting them, ten every second, takes about {time}.", time=_duration(film, largest.n_params / 10))
        film.camera.fly(*all_of_it, azimuth=284, elevation=9, seconds=1)


def _end(film, models, largest, beside):
    with film.beat("nothing-new"):
        film.say(
            "From the smallest to the largest the parts are the same, only more and larger."
            if len(models) > 1
            else "Large or small, {name} has but a few kinds of parts.",
            name=largest.title,
        )  # fmt: skip
        film.camera.fly(*models, largest.signs.card, *beside, azimuth=287, elevation=9, seconds=3)
        film.point_out(beside=largest, seconds=0.5)
        film.say("Who understands one layer understands them all.")
        film.camera.frame(*models, largest.signs.card, *beside, azimuth=249, elevation=13, seconds=5)
        film.say("The rest is repetition, and what the numbers have learned.")


def _beside(model, others, share):
    """Those of some models that leave another its room: none of a share of its height, and none beyond such a one."""
    high = [other for other in others if other.outline.tall > share * model.outline.tall]
    return [other for other in others if all(other.n_params > one.n_params for one in high)]


def _whole(model):
    """All of a model but its scale bar, which gave way to its height, and its layers' names."""
    hidden = (model.signs.scale_bar, *model.signs.layers)
    return [model.pieces, [sign for sign in model.signs if sign not in hidden]]


def _remarks(film, model):
    """Why there are fewer parameters than blue cells."""
    return film.phrase(" ({})", model.blueprint.remarks) if model.blueprint.remarks else ""


def _instead(film, count, before, what):
    return (
        film.phrase("{}, not {}", film.count(count, what), before)
        if count != before
        else f"as many {what}s ({count:,})"
    )


def _against(film, model, smallest):
    """How a layer compares with all of the smallest model, where that says anything."""
    ratio = model.blueprint.per_layer / smallest.n_params
    return film.phrase(", {} all of {}", _times(ratio), smallest.title) if ratio > 1.5 else ""


def _times(ratio):
    """``1,454 times as many as``, ``2.9 times fewer than``, ``about as many as``."""
    factor = max(ratio, 1 / ratio)
    if factor < 1.05:
        return "as many as" if ratio == 1 else "about as many as"
    return f"{factor:,.{0 if factor >= 99.5 else 1}f} times {'as many as' if ratio >= 1 else 'fewer than'}"


def _duration(film, seconds):
    for time, size in (("{} years", 365.25 * 86400), ("{} days", 86400), ("{} hours", 3600), ("{} minutes", 60)):
        if seconds >= 2 * size:
            return film.phrase(time, round(seconds / size))
    return film.phrase("{} seconds", round(seconds))
