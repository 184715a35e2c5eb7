"""Models on stored faces and in live use: evaluation sets, runs, comparisons, trials, drift."""
