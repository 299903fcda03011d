"""Intake: mail is heard or fetched, and durable before anybody is told so."""
