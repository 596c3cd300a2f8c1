"""Storage of envelopes, blind to their content: what came in, what goes out, which cards are out there, who holds what.

Nothing here has an "in progress" state: a claim is a lease that expires, which heals crashes without a janitor.
"""
