"""The points ledger: accounts, journal, lots, holds (R-LED, R-LOT). Points are money: minted, moved, retired."""
