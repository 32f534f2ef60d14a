"""The compiled engine: planar multibody dynamics, muscles, contact, reflexes and metabolics in Numba."""
