"""Scenes of their own: how one number comes about, from the cells that leave their grids to the result."""
