"""What a person sees of their points: the ledger's balances and movements with the names of people and orders."""
