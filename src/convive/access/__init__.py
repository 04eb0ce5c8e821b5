"""Who may do what, and where. Pure: it reads memberships, never the database."""
