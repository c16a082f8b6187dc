"""A page of the owner's own: checked, prepared, previewed, uploaded and removed."""
