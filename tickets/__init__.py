"""The ground floor: what the portal remembers and what may happen to it. Imports no other room."""
