"""Where everything stands, and how it is computed: ``layout(config, n_tokens)`` and what can be asked of it.

``build`` places the grids, ``ribbons`` and ``sections`` join and group them, ``rules`` and ``formula`` say how
each cell is computed, ``signage`` writes on the set, ``typeset`` and ``font`` turn formulas and text into
shapes (``drawing``) of known size. Knows numpy only.
"""
