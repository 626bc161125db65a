"""What a user writes: frozen types in their units, and the loader that names all problems."""
