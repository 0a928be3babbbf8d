all:
	echo $(A
