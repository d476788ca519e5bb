"""Who is there: the things that chapters name, and the actors that stand for them."""
