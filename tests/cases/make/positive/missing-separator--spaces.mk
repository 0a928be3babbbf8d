all: a.o
        cc -o a a.o
