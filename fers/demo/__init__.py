"""A sample study of drawn faces and made-up people, so that every page has something true to show."""
