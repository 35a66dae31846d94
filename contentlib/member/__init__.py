"""Our own people: members, teams, roles, sign-in."""
