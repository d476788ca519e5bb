"""Where everything stands, and how it is computed: ``layout(config, n_tokens)`` and what can be asked of it.

``build`` places the grids, ``ribbons`` and ``sections`` join and group them, ``rules`` say how each cell is
computed, ``signs`` is what is written on the set, ``lettering`` turns formulas and text into shapes of known
size. Knows numpy only.
"""
