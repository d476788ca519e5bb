"""Pictures of numbers that belong to no place on the set: bars, bands, skylines, look-ups."""
