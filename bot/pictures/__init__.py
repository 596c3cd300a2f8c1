"""Drawing: e-cards and catalogue pictures as PNG. Only a process made for it ever loads the drawing library."""
