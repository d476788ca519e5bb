"""Which numbers are kept in the file, how exactly, and where a material finds them."""
