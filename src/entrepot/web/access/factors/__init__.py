"""Second factors: asked for when signing in, kept on the own page of security."""
