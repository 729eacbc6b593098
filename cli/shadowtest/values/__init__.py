"""The values of a template's properties, as far as they are known before the deployment."""
