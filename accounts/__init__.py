"""People: who they are, how they sign in, what mail they get, and how they leave."""
