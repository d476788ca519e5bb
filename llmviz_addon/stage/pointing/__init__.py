"""From a point of a scene to what stands there: the cell that is seen, and all that can be read of it."""
