"""What the company does: people, goals, check-ins. Knows no messenger, no card and no transport."""
