"""Scale: the same plan, more often and wider, up to models of many billions of parameters."""

title = "Scale"
part = "Detailed"
outlines = True


def play(film):
    models = film.models
    film.fade(film.all_but(), to=0, seconds=0)
    _first(film, models[0])
    told, pointers = [models[0]], []
    for model in models[1:]:
        pointers = _next(film, told, model, pointers)
        told.append(model)
    by_size = sorted(models, key=lambda model: model.n_params)
    largest = by_size[-1]
    film.fade(*pointers, to=0)
    _layer(film, largest, by_size[0])
    _cells(film, models, largest)
    _end(film, models, largest)


def _first(film, model):
    config, blueprint = model.config, model.blueprint
    film.fade(model, to=1, seconds=0)
    film.open_on(model, azimuth=287, elevation=9)
    with film.beat("outline"):
        film.say("This is {name} in outline: every number has its cell, but cells are empty.", name=model.title)
        film.camera.fly(model.layers[0], azimuth=291, elevation=14, seconds=4)
        film.say(
            "Blue ones hold [parameters](weight), {count} in all{remarks}, learned once, then fixed.",
            count=f"{model.n_params:,}", remarks=_remarks(model),
        )  # fmt: skip
        film.camera.fly(model.layers[0], azimuth=295, elevation=18, seconds=3)
        film.say(
            "Green ones are for [working values](activation), here of {tokens}, the most it reads.",
            tokens=film.count(config.block_size, "token"),
        )
        film.camera.fly(model.layers[0], azimuth=299, elevation=22, seconds=4)
    with film.beat("layers"):
        film.say(
            "It has one layer." if config.n_layer == 1 else "Its {layers} layers are built exactly alike.",
            layers=config.n_layer,
        )  # fmt: skip
        with film.together():
            film.camera.fly(model, azimuth=290, elevation=11, seconds=3)
            film.fade(model.layers, to=0.12, seconds=0.5)
        film.grow(model, seconds=3)
        film.say(
            "A layer of C channels has {by_width} [parameters](weight):", by_width=blueprint.by_width
        )  # fmt: skip
        film.camera.fly(model.layers[-1], azimuth=286, elevation=10, seconds=3)
        film.say("with C = {C:,} that is {each:,}.", C=config.n_embd, each=blueprint.per_layer)
        film.camera.fly(model.layers[-1], azimuth=282, elevation=8, seconds=2)
        head = "" if blueprint.tied else ", the LM head"
        film.say("Only the embedding tables{head} and one last layer norm are outside.", head=head)
        film.camera.fly(model, azimuth=284, elevation=9, seconds=4)
        if blueprint.tied:
            film.say("The LM head is tied: the token embedding once more.")


def _next(film, told, model, pointers):
    before, config = told[-1].config, model.config
    smaller = [other for other in told if other.n_params < model.n_params]
    with film.beat(f"model-{len(told) + 1}"):
        film.say("The same plan, drawn to the same scale:")
        with film.together(seconds=5):
            film.fade(*pointers, to=0, seconds=0.5)
            film.camera.fly(*smaller, model, azimuth=287, elevation=9)
            film.grow(model)
        pointers = film.point_out(beside=model, seconds=0.5)
        film.say(
            "{name} has {count} [parameters](weight){remarks}, {times} {other}.",
            name=model.title, count=f"{model.n_params:,}", remarks=_remarks(model), other=told[-1].title,
            times=_times(model.n_params / told[-1].n_params),
        )  # fmt: skip
        film.camera.fly(*smaller, model, azimuth=282, elevation=12, seconds=3)
        film.say(
            "That is {layers}, {channels},",
            layers=_instead(film, config.n_layer, before.n_layer, "layer"),
            channels=_instead(film, config.n_embd, before.n_embd, "channel"),
        )  # fmt: skip
        film.camera.fly(*smaller, model, azimuth=277, elevation=15, seconds=3)
        film.say("and up to {tokens} at once.", tokens=film.count(config.block_size, "token"))
        film.camera.fly(*smaller, model, azimuth=272, elevation=17, seconds=2)
    return pointers


def _layer(film, model, smallest):
    config, (part, count) = model.config, model.outline.largest_part
    with film.beat("one-layer"):
        film.say(
            "One layer of {name} has {each:,} [parameters](weight){more}.",
            name=model.title, each=model.blueprint.per_layer, more=_against(model, smallest),
        )  # fmt: skip
        film.camera.fly(model.layers[0], azimuth=290, elevation=17, seconds=4)
        film.say("Most of them, {count}, are in the {part}.", count=count, part=part)
        film.camera.fly(model.layers[0], azimuth=286, elevation=14, seconds=3)
        film.say("Twice the layers have twice as many, twice the channels nearly four times.")
        film.camera.fly(model.layers[0], azimuth=282, elevation=11, seconds=3)
    with film.beat("context"):
        film.say("The number of tokens costs next to no parameters, but work:")
        film.camera.fly(model.layers[0], azimuth=292, elevation=20, seconds=3)
        film.say(
            "every [attention matrix](activation) has T² cells, with T = {T:,} up to {cells:,},",
            T=config.block_size, cells=config.block_size**2,
        )  # fmt: skip
        film.camera.fly(model.layers[0], azimuth=302, elevation=28, seconds=3)
        film.say(
            "and there is one for each of {heads}.",
            heads=f"{config.n_layer} × {config.n_head} = {film.count(config.n_layer * config.n_head, 'head')}",
        )  # fmt: skip
        film.camera.fly(model.layers[0], azimuth=310, elevation=34, seconds=3)


def _cells(film, models, model):
    with film.beat("closer"):
        film.say("All this is still made of single numbers.")
        film.camera.fly(model.patch(22), azimuth=274, elevation=3, seconds=7)
        if model.outline.ruled:
            near, *afar = model.outline.ruled
            apart = f"{near} cells apart" + "".join(f", from afar {cells}" for cells in afar)
            film.say("The lines on its matrices are {apart}.", apart=apart)
    heights = ", ".join(f"{m.title} {_high(m)}" for m in models[:3] if m is not model)
    with film.beat("one-number"):
        film.say("Each square is one [parameter](weight).")
        film.say(
            "Were it one millimetre wide, {name} would stand {height} high{end}",
            name=model.title, height=_high(model), end="," if heights else ".",
        )  # fmt: skip
        film.camera.fly(model.patch(60), azimuth=276, elevation=5, seconds=3)
        if heights:
            film.say("{heights}.", heights=heights)
            film.camera.fly(model.patch(180), azimuth=279, elevation=7, seconds=3)
        film.say("Counting its parameters, ten every second, takes about {time}.", time=_duration(model.n_params / 10))
        film.camera.fly(model.patch(600), azimuth=282, elevation=9, seconds=3)


def _end(film, models, largest):
    with film.beat("nothing-new"):
        film.say(
            "From the smallest to the largest the parts are the same, only more and larger."
            if len(models) > 1
            else "Large or small, {name} has but a few kinds of parts.",
            name=largest.title,
        )  # fmt: skip
        film.camera.fly(*models, azimuth=287, elevation=9, seconds=6)
        film.point_out(beside=largest, seconds=0.5)
        film.say("Who followed one column through one layer has seen all there is.")
        film.camera.frame(*models, azimuth=258, elevation=15, seconds=5)
        film.say("The rest is repetition, and what the numbers have learned.")


def _remarks(model):
    """Why there are fewer parameters than blue cells."""
    return f" ({model.blueprint.remarks})" if model.blueprint.remarks else ""


def _instead(film, count, before, what):
    return f"{film.count(count, what)} instead of {before:,}" if count != before else f"as many {what}s ({count:,})"


def _against(model, smallest):
    """How a layer compares with all of the smallest model, where that says anything."""
    ratio = model.blueprint.per_layer / smallest.n_params
    return f", {_times(ratio)} all of {smallest.title}" if ratio > 1.5 else ""


def _times(ratio):
    """``1,454 times as many as``, ``2.9 times fewer than``, ``about as many as``."""
    factor = max(ratio, 1 / ratio)
    if factor < 1.05:
        return "as many as" if ratio == 1 else "about as many as"
    return f"{factor:,.{0 if factor >= 9.5 else 1}f} times {'as many as' if ratio >= 1 else 'fewer than'}"


def _high(model):
    """Its height where a cell is a millimetre."""
    metres = model.outline.tall / 1000
    return f"{metres:,.{0 if metres >= 10 else 1 if metres >= 1 else 2}f}\u00a0m"


def _duration(seconds):
    for unit, size in (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} seconds"
