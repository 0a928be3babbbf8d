	echo hello
all:
	true
