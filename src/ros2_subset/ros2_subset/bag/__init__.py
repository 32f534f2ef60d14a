"""Recording bags and looking into them."""
