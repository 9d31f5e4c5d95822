"""What a release needs and no installation: trying the wheel, and the documentation as a site."""
