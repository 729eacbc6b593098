"""Reports as one HTML page. It loads no script, font or image, so it can be kept as an artifact."""
