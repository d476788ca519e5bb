"""Letters and flat shapes: what a text measures, how a formula is set, and what the stage draws of them."""
