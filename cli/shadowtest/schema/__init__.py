"""A JSON Schema of the properties, from what the handler's parser reads."""
