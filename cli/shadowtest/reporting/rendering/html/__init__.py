"""Reports as one HTML page: no script, no font and no picture is loaded, so it can be kept as an artifact."""
