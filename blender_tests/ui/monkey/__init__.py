"""Somebody who does anything, in any order, and what must hold after each step."""
