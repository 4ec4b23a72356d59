"""The codemods that come with gradfix: one file, one cause."""
