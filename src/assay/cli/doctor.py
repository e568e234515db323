def doctor() -> int:
    """x"""
