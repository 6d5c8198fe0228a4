"""The jobs of ``benchmarks/hub.py``: people to apply for, servers to ask, loads to put on them."""
