"""The catalogue of rewards, their stock, and orders from the request to the counter (§10)."""
