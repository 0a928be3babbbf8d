# a comment with $(unclosed and \
  its continuation $(
include config.mk $(wildcard *.d)
-include $(OBJS:.o=.d)
export PATH := $(PATH):/bin
override CFLAGS += -DX='$(subst ",\",$(Y))' -DA=b \
        -O2
empty :=
space := $(empty) $(empty)
ifeq "$(A)" 'b'
  B ?= 1
else ifneq ($(findstring x,$(A)),)
  B ::= 2
else
        C = 3
endif # done
ifdef D
  $(error D is set: use E)
endif
define template
  not a rule
$(1): $(2)
	@echo $$(1)
define inner
endef
endef
$(foreach p,$(P),$(eval $(call template,$(p),x)))
  $(info hello)
all: $(OBJS) | dir ; @echo "inline $@"
	for i in $$(ls); do \
          echo $$i; \
	done
ifdef D
	echo only then
endif
        # a comment with blanks
        X = 1
%.o: %.c ; $(CC) -c $<
target:: VAR = value
.PHONY: all
vpath %.c src
undefine B
export
