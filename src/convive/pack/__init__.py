"""A programme as a folder of plain files: read, checked, compared with what is there, applied."""
