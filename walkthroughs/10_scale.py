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
    config = model.outline.blueprint.config
    film.fade(model, to=1, seconds=0)
    film.open_on(model, azimuth=287, elevation=9)
    film.say(
        "outline",
        "This is {name} in outline: every number has its cell, but the cells are empty. Blue ones hold "
        "[parameters](weight), {count} in all{remarks}, learned once and then fixed. Green ones are for "
        "[working values](activation), drawn as when it reads {tokens}, the most it can.",
        name=_name(model), count=f"{_size(model):,}", remarks=_remarks(model),
        tokens=_many(config.block_size, "token"),
    )  # fmt: skip
    film.wait(0.5)
    film.say(
        "layers",
        "{count}. A layer of a model with C channels has 12\u00a0C² + {rest}\u00a0C parameters: with C = {C:,} that is "
        "{each:,}. Only the embedding tables{head} and one last layer norm are outside of layers{tied}.",
        count="It has one layer" if config.n_layer == 1 else f"Its {config.n_layer} layers are built exactly alike",
        C=config.n_embd, each=model.outline.blueprint.per_layer,
        rest=13 if model.outline.blueprint.biases else 2,
        head="" if model.outline.blueprint.tied else ", the LM head",
        tied="; the LM head is tied, the token embedding once more" if model.outline.blueprint.tied else "",
    )  # fmt: skip
    film.fade(model.layers, to=0.12, seconds=0.5)
    film.grow(model, seconds=3)
    film.wait(0.5)


def _next(film, told, model, pointers):
    before, config = told[-1].outline.blueprint.config, model.outline.blueprint.config
    ratio = _size(model) / _size(told[-1])
    smaller = [other for other in told if _size(other) < _size(model)]
    with film.together(seconds=5):
        film.fade(*pointers, to=0, seconds=0.5)
        film.camera.fly(*smaller, model, azimuth=287, elevation=9)
        film.grow(model)
    pointers = film.point_out(beside=model, seconds=0.5)
    film.say(
        f"model-{len(told) + 1}",
        "The same plan, drawn to the same scale: {name} has {count} [parameters](weight){remarks}, {times} {other}. "
        "That is {layers}, {channels}, and up to {tokens} at once.",
        name=_name(model), count=f"{_size(model):,}", remarks=_remarks(model),
        other=_name(told[-1]), times=_times(ratio),
        layers=_instead(config.n_layer, before.n_layer, "layer"),
        channels=_instead(config.n_embd, before.n_embd, "channel"),
        tokens=_many(config.block_size, "token"),
    )  # fmt: skip
    film.wait(0.5)
    return pointers


def _layer(film, model, smallest):
    config = model.outline.blueprint.config
    film.camera.fly(model.layers[0], azimuth=290, elevation=17, seconds=4)
    film.say(
        "one-layer",
        "One layer of {name} has {each:,} [parameters](weight){more}. Most of them, 8\u00a0C², are the two matrices of "
        "the MLP. So twice as many layers have twice as many parameters, but twice as many channels nearly four times "
        "as many.",
        name=_name(model), each=model.outline.blueprint.per_layer, more=_against(model, smallest),
    )  # fmt: skip
    film.wait(0.5)
    film.say(
        "context",
        "The number of tokens costs next to no parameters, but work: every [attention matrix](activation) has T² "
        "cells, with T = {T:,} up to {cells:,}, and there is one for each of {heads}.",
        T=config.block_size, cells=config.block_size**2,
        heads=f"{config.n_layer} × {config.n_head} = {_many(config.n_layer * config.n_head, 'head')}",
    )  # fmt: skip
    film.wait(0.5)


def _cells(film, models, model):
    film.say(
        "closer",
        "All this is still made of single numbers.{lines}",
        lines=_lines(model),
    )  # fmt: skip
    film.camera.fly(model.patch(22), azimuth=274, elevation=3, seconds=7)
    heights = ", ".join(f"{_name(m)} {_length(_cells_high(m) / 1000)}" for m in models[:3] if m is not model)
    film.say(
        "one-number",
        "Each square is one [parameter](weight). If it were one millimetre wide, {name} as it stands here would be "
        "{height} high{others}. Counting its parameters, ten every second, takes about {time}.",
        name=_name(model), height=_length(_cells_high(model) / 1000),
        others=f" ({heights})" if heights else "", time=_duration(_size(model) / 10),
    )  # fmt: skip
    film.wait(1)


def _end(film, models, largest):
    film.camera.fly(*models, azimuth=287, elevation=9, seconds=6)
    with film.together(seconds=0.5):
        film.point_out(beside=largest)
    film.say(
        "nothing-new",
        "{what} Whoever has followed one column through one layer has seen all there is. The rest is repetition, and "
        "what the numbers have learned.",
        what="From the smallest to the largest the parts are the same, only more of them, and larger."
        if len(models) > 1
        else f"Large or small, {_name(largest)} has but a few kinds of parts.",
    )
    film.camera.frame(*models, azimuth=258, elevation=15, seconds=7)
    film.wait(1)


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
        return " The lines on the large matrices are 256 cells apart from afar, and 16 from near."
    return " The lines on the matrices are 16 cells apart." if longest > 16 else ""


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
