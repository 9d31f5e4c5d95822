"""Real proxies in front of a Greenroom, and a crawl through them."""
