"""From frames to a video that was read back, and its captions."""
