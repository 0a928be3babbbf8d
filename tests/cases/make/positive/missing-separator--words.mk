all: a
	echo a
this is no rule
