"""The tests of gradfix."""
