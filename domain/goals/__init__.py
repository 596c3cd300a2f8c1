"""Goals: cycles, objectives and key results, how far they are and how they are doing."""
