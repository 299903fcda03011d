"""What people write on the pages, from the first letter until it is sent."""
