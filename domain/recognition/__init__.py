"""Thanking colleagues: kudos with points from a monthly allowance, values, endorsements, badges (R-ALW, R-KUD)."""
