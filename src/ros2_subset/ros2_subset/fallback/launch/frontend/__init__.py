"""Texts with substitutions, as parameter files contain them."""

from .parse_substitution import parse_substitution

__all__ = ["parse_substitution"]
