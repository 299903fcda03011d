"""Reading: fields, bodies and reports of a raw message. Holds no database."""
