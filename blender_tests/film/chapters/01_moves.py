"""Moves: what the tests of films look at, a beat each. It ends in a picture that stands still."""

title = "Moves"
part = "Tests"


def play(film):
    x, ln, t = film.layout.embedding.output, film.layout.layers[0].ln_1, film.example_time
    film.computed_up_to(x)
    film.open_on(film.signs.card, film.signs.input, film.layout.embedding, ln, azimuth=285, elevation=12)
    with film.beat("fade"):
        film.say("All but [two]({x}) go.", x=x)
        film.fade(film.all_but(x, ln), to=0, seconds=1)
    with film.beat("aside"):
        film.say("One column stands apart.")
        with film.together(seconds=2):
            film.move(x, beside=ln.output)
            film.camera.frame(x, ln, azimuth=276, elevation=4)
        film.split(x[t], ln.output[t], seconds=1)
    with film.beat("formulas"):
        film.say("Its mean is {mean}.", mean=ln.mean[t])
        with film.together(seconds=2, lag=0.5):
            film.compute(ln.mean[t])
            film.compute(ln.std[t])
    with film.beat("charts"):
        film.say("Its numbers, before and after.")
        chart = film.skyline(x[t], "before", beside=ln.normalized[t], seconds=1)
        film.become(chart, ln.normalized[t], "after", seconds=1)
    with film.beat("sweep"):
        film.say("All columns are alike.")
        film.merge(x, ln.output, seconds=0.5)
        film.sweep(ln.mean, ln.std, ln.output, seconds=3)
    film.wait(1)
