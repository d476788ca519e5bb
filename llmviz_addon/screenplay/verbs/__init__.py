"""What chapters may ask for, one file per family; each works on a telling and imports downwards only."""
