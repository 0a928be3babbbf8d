FROM ubuntu:
