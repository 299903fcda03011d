"""The words people read: letters, pages and their translations. Imports no other room."""
