"""What happens when, as data: clips of channels, their easings, and the timeline that they are compiled to."""
