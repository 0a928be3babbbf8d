def f(n):
    return [unicode(i) for i in range(n)]
