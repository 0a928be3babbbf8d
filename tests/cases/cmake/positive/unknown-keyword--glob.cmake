file(GLOBB sources "*.c")
