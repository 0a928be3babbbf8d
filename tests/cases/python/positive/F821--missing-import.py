def area(r: float) -> float:
    return math.pi * r * r
