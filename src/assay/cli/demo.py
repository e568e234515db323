def demo() -> int:
    """x"""
