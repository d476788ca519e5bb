"""How it is coloured: the theme, and the materials of cells and of flat things."""
