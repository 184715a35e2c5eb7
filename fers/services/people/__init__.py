"""Who is here and what they agreed to: accounts, studies, invitations, consents, and taking back what was given."""
