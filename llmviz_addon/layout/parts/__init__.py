"""Where each part stands and how its cells are computed: a file for each of ``model/parts/``, of the same name."""
