"""Mail between real and scripted servers in a network of its own: DNS, MX, Postfix, and mailcatch among them."""
