CC = gcc
all: a.o
    $(CC) -o $@ $<
