"""The local stack: a whole deployment of template.yaml on one machine, without containers."""
