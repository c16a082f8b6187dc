"""Measure what the product costs, beside the least possible and beside what people use instead."""
