"""The starter kit: three first steps, each paid once per person for ever (R-ADO-04, flow 5.8)."""
