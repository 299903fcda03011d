"""Coming in: the cookie of who is logged in, codes that are typed, and the browsers where one is."""
