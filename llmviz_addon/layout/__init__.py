"""Where everything stands, and how it is computed: ``layout(config, n_tokens)`` and what can be asked of it.

``build`` places part after part, ``parts`` say where the grids of each stand, by which ``rules`` their cells are
computed, and which ``bands`` and ``sections`` join and group them; ``signs`` is what is written on the set,
``lettering`` turns formulas and text into shapes of known size. Knows numpy only.
"""
