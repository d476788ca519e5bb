"""What is written on the set: labels of grids, names of sections, the card, token boxes, candidates."""
