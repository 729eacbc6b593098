"""What may be declared. Nothing but the standard library, because the CDK construct checks with it at synth."""
