message("hello)
set(a b)
