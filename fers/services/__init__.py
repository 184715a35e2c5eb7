"""What people do with FERS. Every call takes the actor and checks permission itself: fetch, authorise, act, return."""
