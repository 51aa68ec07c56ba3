"""An encoder's name in; its folder, what is in it and its identity out."""
