"""How good translations are, in numbers with their protocol."""
