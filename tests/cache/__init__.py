"""Tests of the results that are kept from one run to the next."""
