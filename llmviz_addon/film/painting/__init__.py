"""Frames as pixels: what differs from the frame before, where it shows, and rendering no more than that."""
