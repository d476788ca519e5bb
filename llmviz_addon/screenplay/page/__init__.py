"""Where on the picture: how it is shared out, what is written beside the set and before it."""
