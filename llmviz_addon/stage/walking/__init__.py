"""Walking through a stage: what stands where, how a view frames it, and what is hidden meanwhile, but never keyed."""
