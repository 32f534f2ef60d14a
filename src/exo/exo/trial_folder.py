"""What lies in a trial folder."""

BAG = "bag"
SUMMARY = "summary.json"
PLOT = "summary.png"
VIDEO = "walk.gif"
