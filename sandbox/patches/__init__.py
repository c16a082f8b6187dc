"""Patches of ministack, one module for each service whose behavior differs from AWS."""
