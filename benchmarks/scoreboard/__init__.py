"""The scoreboard: recipes of configs/ against published scores."""
