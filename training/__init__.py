"""Train, evaluate and export FER models. The app never imports this package."""
