"""A JSON Schema of the properties, generated from the handler's parser."""
