"""What a GPT computes, in numpy: sizes, parts, weights, tokens, the forward pass with all its numbers, sampling."""
