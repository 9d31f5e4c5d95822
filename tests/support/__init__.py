"""What tests share: real servers, browsers, process trees, factories."""
