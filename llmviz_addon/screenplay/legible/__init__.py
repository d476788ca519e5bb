"""Letters as they are seen: how large each is on the picture, where it would be in the way, and who gives way."""
