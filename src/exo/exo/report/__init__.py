"""``exo report``: trials as one page."""
