def double: . * 2;
def quad: double | double;
