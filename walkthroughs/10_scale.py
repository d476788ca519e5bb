"""Scale: the same plan, more often and wider, up to models of many billions of parameters."""

title = "Scale"
part = "Detailed"
shapes = True


def play(film):
    models = film.models
    film.fade(film.all_but(), to=0, seconds=0)
    _first(film, models[0])
    told, pointers = [models[0]], []
    for model in models[1:]:
        pointers = _next(film, told, model, pointers)
        told.append(model)
    largest = max(models, key=_size)
    film.fade(*pointers, to=0)
    _layer(film, largest, min(models, key=_size))
    _cells(film, models, largest)
    _end(film, models, largest)


def _first(film, model):
    config, n = model.outline.blueprint.config, _size(model)
    film.fade(model, to=1, seconds=0)
    film.open_on(model, azimuth=287, elevation=9)
    with film.beat("outline"):
        film.say("This is {name} in outline: every number has its cell, but cells are empty.", name=_name(model))
        film.say(
            "Blue ones hold [parameters](weight), {count} in all{remarks}, learned once, then fixed.",
            count=f"{n:,}", remarks=_remarks(model),
        )  # fmt: skip
        film.say(
            "Green ones are for [working values](activation), here of {tokens}, the most it reads.",
            tokens=_many(config.block_size, "token"),
        )  # fmt: skip
    blueprint = model.outline.blueprint
    with film.beat("layers"):
        film.say(
            "It has one layer." if config.n_layer == 1 else "Its {layers} layers are built exactly alike.",
            layers=config.n_layer,
        )  # fmt: skip
        film.fade(model.layers, to=0.12, seconds=0.5)
        film.grow(model, seconds=3)
        film.say(
            "A layer with C channels has 12\u00a0C² + {rest}\u00a0C parameters: with C = {C:,} that is {each:,}.",
            rest=13 if blueprint.biases else 2, C=config.n_embd, each=blueprint.per_layer,
        )  # fmt: skip
        head = "" if blueprint.tied else ", the LM head"
        film.say("Only the embedding tables{head} and one last layer norm are outside.", head=head)
        if blueprint.tied:
            film.say("The LM head is tied: the token embedding once more.")


def _next(film, told, model, pointers):
    before, config = told[-1].outline.blueprint.config, model.outline.blueprint.config
    smaller = [other for other in told if _size(other) < _size(model)]
    with film.beat(f"model-{len(told) + 1}"):
        film.say("The same plan, drawn to the same scale:")
        with film.together(seconds=5):
            film.fade(*pointers, to=0, seconds=0.5)
            film.camera.fly(*smaller, model, azimuth=287, elevation=9)
            film.grow(model)
        pointers = film.point_out(beside=model, seconds=0.5)
        film.say(
            "{name} has {count} [parameters](weight){remarks}, {times} {other}.",
            name=_name(model), count=f"{_size(model):,}", remarks=_remarks(model), other=_name(told[-1]),
            times=_times(_size(model) / _size(told[-1])),
        )  # fmt: skip
        film.say(
            "That is {layers}, {channels},",
            layers=_instead(config.n_layer, before.n_layer, "layer"),
            channels=_instead(config.n_embd, before.n_embd, "channel"),
        )  # fmt: skip
        film.say("and up to {tokens} at once.", tokens=_many(config.block_size, "token"))
    return pointers


def _layer(film, model, smallest):
    config = model.outline.blueprint.config
    with film.beat("one-layer"):
        film.say(
            "One layer of {name} has {each:,} [parameters](weight){more}.",
            name=_name(model), each=model.outline.blueprint.per_layer, more=_against(model, smallest),
        )  # fmt: skip
        film.camera.fly(model.layers[0], azimuth=290, elevation=17, seconds=4)
        film.say("Most of them, 8\u00a0C², are the two matrices of the MLP.")
        film.say("Twice the layers have twice as many, twice the channels nearly four times.")
    with film.beat("context"):
        film.say("The number of tokens costs next to no parameters, but work:")
        film.say(
            "every [attention matrix](activation) has T² cells, with T = {T:,} up to {cells:,},",
            T=config.block_size, cells=config.block_size**2,
        )  # fmt: skip
        film.say(
            "and there is one for each of {heads}.",
            heads=f"{config.n_layer} × {config.n_head} = {_many(config.n_layer * config.n_head, 'head')}",
        )  # fmt: skip


def _cells(film, models, model):
    with film.beat("closer"):
        film.say("All this is still made of single numbers.")
        film.camera.fly(model.patch(22), azimuth=274, elevation=3, seconds=7)
        if lines := _lines(model):
            film.say(lines)
    heights = ", ".join(f"{_name(m)} {_length(_cells_high(m) / 1000)}" for m in models[:3] if m is not model)
    with film.beat("one-number"):
        film.say("Each square is one [parameter](weight).")
        film.say(
            "Were it one millimetre wide, {name} would stand {height} high{others}.",
            name=_name(model), height=_length(_cells_high(model) / 1000), others=f" ({heights})" if heights else "",
        )  # fmt: skip
        film.say("Counting its parameters, ten every second, takes about {time}.", time=_duration(_size(model) / 10))


def _end(film, models, largest):
    with film.beat("nothing-new"):
        film.say(
            "From the smallest to the largest the parts are the same, only more and larger."
            if len(models) > 1
            else "Large or small, {name} has but a few kinds of parts.",
            name=_name(largest),
        )  # fmt: skip
        film.camera.fly(*models, azimuth=287, elevation=9, seconds=6)
        film.point_out(beside=largest, seconds=0.5)
        film.say("Who followed one column through one layer has seen all there is.")
        film.camera.frame(*models, azimuth=258, elevation=15, seconds=5)
        film.say("The rest is repetition, and what the numbers have learned.")


def _name(model):
    return model.outline.blueprint.title


def _size(model):
    return model.outline.blueprint.n_params


def _remarks(model):
    """Why there are fewer parameters than blue cells."""
    return f" ({model.outline.blueprint.remarks})" if model.outline.blueprint.remarks else ""


def _lines(model):
    """How far apart the lines are on the largest matrices that stand there."""
    longest = max(int(model.outline.once.cells.max()), int(model.outline.layer.cells.max()))
    if longest > 256:
        return "The lines on the large matrices are 256 cells apart from afar, and 16 from near."
    return "The lines on the matrices are 16 cells apart." if longest > 16 else ""


def _instead(count, before, what):
    return f"{_many(count, what)} instead of {before:,}" if count != before else f"as many {what}s ({count:,})"


def _against(model, smallest):
    """How a layer compares with all of the smallest model, where that says anything."""
    ratio = model.outline.blueprint.per_layer / _size(smallest)
    return f", {_times(ratio)} all of {_name(smallest)} has" if ratio > 1.5 else ""


def _times(ratio):
    """``1,454 times as many as``, ``2.9 times fewer than``, ``about as many as``."""
    factor = max(ratio, 1 / ratio)
    if factor < 1.05:
        return "as many as" if ratio == 1 else "about as many as"
    return f"{factor:,.{0 if factor >= 9.5 else 1}f} times {'as many as' if ratio >= 1 else 'fewer than'}"


def _many(count, what):
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _cells_high(model):
    low, high = model.box
    return round(float(high[2] - low[2]) / 0.1)


def _length(metres):
    return f"{metres:,.{0 if metres >= 10 else 1 if metres >= 1 else 2}f}\u00a0m"


def _duration(seconds):
    for unit, size in (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} seconds"
