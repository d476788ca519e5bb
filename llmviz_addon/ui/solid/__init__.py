"""What Solid view does not show by itself: the values of cells, drawn over its plain colours."""
