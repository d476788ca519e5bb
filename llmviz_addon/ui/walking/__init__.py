"""Walking: the model as a list to search and click, steps on keys, and what is lit and hidden meanwhile."""
