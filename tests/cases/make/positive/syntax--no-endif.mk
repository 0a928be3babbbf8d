ifeq ($(OS),Linux)
A = 1

all:
	echo $(A)
