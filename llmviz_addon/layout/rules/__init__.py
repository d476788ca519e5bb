"""How each cell is computed, as data: rules, the formulas in them, and what evaluates them."""
