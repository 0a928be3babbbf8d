ifeq ($(A),1
B = 1
endif
