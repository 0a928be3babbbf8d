class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def origin():
    return Point(0, 0)


origin()
Point(1)
