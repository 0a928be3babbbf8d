define run
echo a

all:
	$(run)
