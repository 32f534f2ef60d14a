"""Substitutions that look up packages and parameters."""

from .find_package import ExecutableInPackage, FindPackage, FindPackagePrefix, FindPackageShare
from .parameter import Parameter

__all__ = ["ExecutableInPackage", "FindPackage", "FindPackagePrefix", "FindPackageShare", "Parameter"]
