cmake_minimum_required(VERSION 3.20)
project(a
add_executable(a main.c)
