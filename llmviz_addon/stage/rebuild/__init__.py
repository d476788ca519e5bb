"""Building again: what the user changed since, what of it is kept, and how the new takes the place of the old."""
