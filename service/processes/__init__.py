"""The processes that Greenroom is made of, and the tree that `greenroom up` keeps alive."""
