"""What FERS is about, free of frameworks: people, faces, emotions, images, consent and the interfaces."""
