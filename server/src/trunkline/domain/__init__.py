"""What the service is about: frozen values and the rules over them. Nothing here does I/O."""
