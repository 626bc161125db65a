"""What all floors stand on: errors, units, words, random streams, laws of size and duration."""
