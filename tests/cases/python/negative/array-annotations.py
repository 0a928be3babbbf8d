def f(x: "Float[b c]") -> None:  # noqa: F821
    print(x)
