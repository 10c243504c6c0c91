"""Demo data, written as the product would have written it, every personal string marked so that a test finds it again."""
