"""Rainfall from pressure, wind and humidity."""
