"""What a GPT computes, in numpy: shape, weights, tokens, the forward pass with all its numbers, sampling."""
