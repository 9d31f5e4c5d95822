"""`python -m bench.peers`: the same load on Greenroom and on other comment servers, in turn."""

from bench.peers.measure import main

if __name__ == "__main__":
    main()
