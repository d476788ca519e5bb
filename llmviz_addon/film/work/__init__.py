"""Who does the work of a film: processes, who renders what, how long it takes."""
