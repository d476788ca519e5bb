"""The inspector: pointing at a cell shows what can be read of it, and clicks walk on to what it is made from."""
