# SPDX-License-Identifier: GPL-2.0
#
# make               the viewer, and the module for the running kernel
# make library       libvmachunk.so, the allocator, for LD_PRELOAD; make does too
# make demo          a lab VM with the viewer in it (KERNEL=6.1, 6.12)
# make test          everything, on the host and in VMs of both kernels, a part on
#                    i386 and in a sanitizer kernel
#                    (T=regex picks tests, K="host 6.1 6.12" places)
# make bench-kernel  the module's speed against the kernel's own interfaces, in
#                    VMs (K="6.1 6.12", B=word picks rows)
# make bench-chunk   the allocator's speed and memory against glibc and others
#                    (N=rounds, B=word picks workloads)
# make test-chunk    the allocator alone: all that make test has of it, and whole
#                    programs under it
# make fuzz-chunk    calls to the allocator, and its options, that libFuzzer thinks
#                    of (S=seconds for each profile and for options, 600)
# make fuzz-user     what the viewer reads and did not write, as libFuzzer thinks of
#                    it (S=seconds for each reader, 60; T=regex picks readers)
# make test-sanitize the module in kernels that look for faults, built from
#                    Debian's sources (K="6.1-kasan 6.12-kasan 6.1-kcsan", T=)
# make test-kernels  the module in all kernels that are tried, i386 and arm64 too
# make fuzz-netlink  what no client would send (N=messages, 2000000; K="6.12", S=seed)
# make lint          the checks of the source alone
# make install       viewer and module, below PREFIX and DESTDIR
# make clean         removes the build folder
#
# demo and test install the Debian packages they miss. KVER and KDIR pick
# another kernel for the module, V=1 shows the commands, WERROR=1 makes
# warnings of the viewer errors.

V ?= 0
Q := $(if $(filter 1,$(V)),,@)
BUILD ?= build
PREFIX ?= /usr/local
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KERNEL ?= 6.1
VERSION := 0.1.0

CC ?= gcc
PKG_CONFIG ?= pkg-config
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wno-format-nonliteral
CFLAGS ?= -O2 -g
VMAV_CFLAGS = -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE \
	-DVMAVIEW_VERSION='"$(VERSION)"' -Iuserspace -Iinclude/uapi -pthread \
	$(shell $(PKG_CONFIG) --cflags libmnl ncursesw libelf) $(CFLAGS)
VMAV_LIBS = $(shell $(PKG_CONFIG) --libs libmnl ncursesw libelf) -pthread
DEPS = -MMD -MP -MT $@ -MF $@.d

# An allocator reuses memory as any type, and libraries that are loaded late
# find no room for TLS that is asked for by name.
CHUNK_CFLAGS = -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE \
	-Iuserspace -pthread -fno-strict-aliasing -fvisibility=hidden \
	-ftls-model=initial-exec

.PHONY: all library userspace labs module units lab lab32 bench demo test bench-kernel chunk-bench \
	bench-chunk chunk-tests chunk-fuzz test-chunk \
	fuzz-chunk user-fuzz fuzz-user planted test-sanitize \
	test-kernels fuzz-netlink lint install clean
all: userspace library module

# ---- the viewer ----

SRC := $(wildcard userspace/*.c userspace/util/*.c userspace/model/*.c \
	userspace/source/*.c userspace/image/*.c userspace/figure/*.c \
	userspace/tui/*.c userspace/export/*.c userspace/heap/*.c \
	userspace/lab/*.c)
OBJ := $(SRC:userspace/%.c=$(BUILD)/user/%.o)

userspace: $(BUILD)/vmaview $(BUILD)/vmaview-host labs

$(BUILD)/vmaview: $(OBJ)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(VMAV_LIBS)

$(BUILD)/user/%.o: userspace/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(VMAV_CFLAGS) $(DEPS) -c -o $@ $<

# ---- the allocator ----

CHUNK := $(wildcard userspace/chunk/*.c)
CHUNK_OBJ := $(CHUNK:userspace/%.c=$(BUILD)/%.o)

library: $(BUILD)/libvmachunk.so

$(BUILD)/libvmachunk.so: $(CHUNK_OBJ) userspace/chunk/vmachunk.map
	@echo "  LD      $@"
	$(Q)$(CC) $(LDFLAGS) -O2 -g -flto -shared -Wl,-z,defs,-z,relro,-z,now \
		-Wl,-soname,libvmachunk.so \
		-Wl,--version-script=userspace/chunk/vmachunk.map \
		-o $@ $(CHUNK_OBJ) -pthread

$(BUILD)/chunk/%.o: userspace/chunk/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(CHUNK_CFLAGS) -O2 -g -flto -fPIC \
		-fno-builtin-malloc -DVMACHUNK_LIBRARY $(DEPS) -c -o $@ $<

# ---- the lab's host, whose malloc is the allocator, and the guided labs ----

HOST := $(wildcard userspace/host/*.c)
HOST_OBJ := $(HOST:userspace/%.c=$(BUILD)/%.o)
LABS := $(wildcard userspace/labs/*)

$(BUILD)/vmaview-host: $(HOST_OBJ) $(CHUNK_OBJ)
	@echo "  LD      $@"
	$(Q)$(CC) $(LDFLAGS) -O2 -g -flto -Wl,-z,relro,-z,now \
		-Wl,--export-dynamic-symbol=vmachunk_debug -o $@ $^ -pthread

$(BUILD)/host/%.o: userspace/host/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE \
		-Iuserspace -pthread -O2 -g -fno-builtin -fPIE $(DEPS) \
		-c -o $@ $<

# Found beside the viewer when it runs from the build folder.
labs: $(LABS:userspace/%=$(BUILD)/%)

$(BUILD)/labs/%: userspace/labs/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

# ---- the module: kbuild works in a copy of symlinks, the sources stay clean

MODULE := $(abspath $(BUILD))/module/$(KVER)

module:
	$(Q)test -f $(KDIR)/Makefile || { echo "no headers of kernel" \
		"$(KVER) at $(KDIR): on Debian, install linux-headers-$(KVER)"; \
		exit 1; } >&2
	$(Q)mkdir -p $(MODULE)
	$(Q)cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kmod $(CURDIR)/include $(MODULE)/
	$(Q)find $(MODULE) -xtype l -delete
	$(Q)$(MAKE) --no-print-directory -C $(KDIR) M=$(MODULE) \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules

# The module of planted faults, for the sanitizer kernels alone.
PLANTED := $(abspath $(BUILD))/planted/$(KVER)

planted:
	$(Q)mkdir -p $(PLANTED)
	$(Q)cp -sf $(addprefix $(CURDIR)/tests/sanitize/,Kbuild planted.c) \
		$(PLANTED)/
	$(Q)$(MAKE) --no-print-directory -C $(KDIR) M=$(PLANTED) \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules

# ---- tests, and what the lab VM runs ----

UNITS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/unit/*.c \
	tests/tui/*.c))
TARGETS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/targets/*.c))
GUEST := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/vm/*.c))

units: $(UNITS) $(BUILD)/vmaview-host
lab: $(TARGETS) $(GUEST) $(BUILD)/vm/netfuzz
# What tests a client of 32 bits on a kernel of 64.
lab32: $(BUILD)/vm/bytes32

# The allocator's tests are of its own sources, without the standard names.
CHUNK_UNITS := $(filter $(BUILD)/unit/test_chunk%,$(UNITS))

$(CHUNK_UNITS): $(BUILD)/%: tests/%.c $(wildcard tests/unit/chunk*.h) \
		$(filter-out %/public.c %/start.c,$(CHUNK)) \
		$(wildcard userspace/chunk/*.h)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(CHUNK_CFLAGS) $(CFLAGS) -o $@ $(filter %.c,$^) -lcmocka

$(filter-out $(CHUNK_UNITS),$(UNITS)): $(BUILD)/%: tests/%.c $(filter-out $(BUILD)/user/main.o,$(OBJ))
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(VMAV_CFLAGS) $(DEPS) -o $@ $(filter-out %.h,$^) -lcmocka $(VMAV_LIBS)

# The targets look the same whatever CFLAGS the viewer is built with.
$(BUILD)/targets/%: tests/targets/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE -O1 \
		-g -pthread $(DEPS) -o $@ $<

# bytes shares no page of a library with what it looks at.
$(BUILD)/vm/init $(BUILD)/vm/bytes: LDFLAGS += -static
$(BUILD)/vm/%: tests/vm/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(VMAV_CFLAGS) $(DEPS) $(LDFLAGS) -o $@ $< \
		$(if $(filter %/init %/bytes,$@),,$(VMAV_LIBS))

$(BUILD)/vm/bytes32: tests/vm/bytes.c include/uapi/linux/vmaview.h
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)i686-linux-gnu-gcc -std=gnu11 $(WARN) $(if $(WERROR),-Werror) \
		-D_GNU_SOURCE -Iinclude/uapi -O2 -static -o $@ $<

$(BUILD)/vm/netfuzz: $(wildcard tests/fuzz/netlink/*.[ch]) \
		include/uapi/linux/vmaview.h
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE \
		-Iinclude/uapi -pthread -O2 -g -o $@ $(filter %.c,$^)

# Programs that check an allocator, and do on purpose what compilers warn of.
CHUNK_TESTS := $(patsubst tests/chunk/%.c,$(BUILD)/chunk/test/%,$(wildcard \
	tests/chunk/*.c))
chunk-tests: $(CHUNK_TESTS)

$(CHUNK_TESTS): $(BUILD)/chunk/test/%: tests/chunk/%.c \
		$(wildcard tests/chunk/*.h)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE \
		-Iuserspace -O2 -g -pthread -fno-builtin -Wno-use-after-free \
		-Wno-alloc-size-larger-than -Wno-free-nonheap-object \
		$(DEPS) -o $@ $<

# A chunk's neighbour below is found by adding a negated size.
CHUNK_FUZZ := $(patsubst tests/chunk/fuzz/%.c,$(BUILD)/chunk/fuzz/%,$(wildcard \
	tests/chunk/fuzz/*.c))
chunk-fuzz: $(CHUNK_FUZZ)

$(CHUNK_FUZZ): $(BUILD)/chunk/fuzz/%: tests/chunk/fuzz/%.c \
		$(wildcard userspace/chunk/*.h) tests/fuzz/user/fuzz.h \
		$(filter-out %/public.c %/start.c,$(CHUNK))
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)clang $(CHUNK_CFLAGS) -O1 -g -fsanitize=fuzzer,undefined \
		-fno-sanitize=pointer-overflow -fno-sanitize-recover=all \
		-o $@ $(filter %.c,$^)

fuzz-chunk:
	$(Q)tests/packages build test-chunk
	$(Q)$(MAKE) --no-print-directory chunk-fuzz
	$(Q)LIBVMACHUNK=- CHUNK_BIN=$(BUILD)/chunk/test S=$(or $(S),600) \
		tests/chunk/whole/fuzz

# The viewer once more, under sanitizers and with libFuzzer watching, and one
# program a reader. A harness's __wrap_NAME is called in place of NAME. To an
# empty list, which is NULL, 0 may be added here.
FUZZ := $(patsubst tests/fuzz/user/%.c,$(BUILD)/fuzz/%,$(wildcard \
	tests/fuzz/user/*.c))
FUZZ_OBJ := $(patsubst $(BUILD)/user/%,$(BUILD)/fuzz/user/%,$(filter-out \
	%/cmd.o $(BUILD)/user/cmd_%.o,$(OBJ)))
FUZZ_CC = clang $(VMAV_CFLAGS) -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize=pointer-overflow \
	-fno-sanitize-recover=all

user-fuzz: $(FUZZ)

$(FUZZ): $(BUILD)/fuzz/%: $(BUILD)/fuzz/%.o $(BUILD)/fuzz/viewer.a
	@echo "  LD      $@"
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer -o $@ $^ $(VMAV_LIBS) $$(sed -n \
		's/^.*\<__wrap_\([a-z0-9_]*\)(.*/-Wl,--wrap=\1/p' \
		tests/fuzz/user/$*.c | sort -u)

$(BUILD)/fuzz/%.o: tests/fuzz/user/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(FUZZ_CC) $(DEPS) -c -o $@ $<

$(BUILD)/fuzz/viewer.a: $(FUZZ_OBJ)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/fuzz/user/main.o: VMAV_CFLAGS += -Dmain=viewer_main \
	-Wno-missing-prototypes
$(BUILD)/fuzz/user/%.o: userspace/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer-no-link $(DEPS) -c -o $@ $<

fuzz-user:
	$(Q)tests/packages build test
	$(Q)S=$(or $(S),60) T='$(T)' BUILD=$(BUILD) tests/fuzz/user/run

# ---- speed ----

BENCH := $(addprefix $(BUILD)/bench/,bench subject)
bench: $(BENCH)

$(BUILD)/bench/bench: $(addprefix tests/bench/,bench.c ours.c peers.c viewer.c) \
		$(filter-out $(BUILD)/user/main.o,$(OBJ)) tests/bench/bench.h
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(VMAV_CFLAGS) -o $@ $(filter-out %.h,$^) $(VMAV_LIBS)

$(BUILD)/bench/subject: tests/bench/subject.c tests/targets/target.h
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE -O1 -static -o $@ $<

bench-kernel: export BUILD := $(BUILD)
bench-kernel:
	$(Q)tests/packages build vm
	$(Q)tests/bench/run

# Workloads are plain C: what the viewer is built with does not matter to them,
# and a malloc that the compiler knows of could be left out.
CHUNK_BENCH := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard \
	tests/chunk/bench/*.c))
chunk-bench: $(CHUNK_BENCH)

$(CHUNK_BENCH): $(BUILD)/%: tests/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -D_GNU_SOURCE -O2 \
		-fno-builtin-malloc -pthread -o $@ $<

# What reads a heap is the viewer's own.
$(BUILD)/bench/heap: tests/bench/heap.c $(filter-out $(BUILD)/user/main.o,$(OBJ))
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(VMAV_CFLAGS) -fno-builtin-malloc -o $@ $^ $(VMAV_LIBS)

bench-chunk: export BUILD := $(BUILD)
bench-chunk:
	$(Q)tests/packages build bench-chunk
	$(Q)$(MAKE) --no-print-directory chunk-bench $(BUILD)/bench/heap \
		$(BUILD)/libvmachunk.so
	$(Q)tests/chunk/bench/run.py

-include $(addsuffix .d,$(OBJ) $(CHUNK_OBJ) $(HOST_OBJ) $(UNITS) $(TARGETS) $(GUEST) \
	$(FUZZ_OBJ) $(addsuffix .o,$(FUZZ)))

# The scripts run without a shell around them: signals shall reach them.
demo test test-chunk test-sanitize test-kernels fuzz-netlink lint: export BUILD := $(BUILD)

demo:
	$(Q)tests/packages build vm
	$(Q)tests/vm/demo $(KERNEL)

test:
	$(Q)tests/packages build vm test lint sanitize
	$(Q)tests/run

test-chunk: export K := host
test-chunk: export T := ^(chunk|whole)/|^unit/test_chunk
test-chunk:
	$(Q)tests/packages build test test-chunk
	$(Q)tests/run

test-sanitize: export K := $(or $(K),6.1-kasan 6.12-kasan 6.1-kcsan)
test-sanitize:
	$(Q)tests/packages build vm test sanitize
	$(Q)tests/run

test-kernels: export K := $(or $(K),6.1 6.12 newest 6.1-i386 6.1-arm64 6.12-arm64)
test-kernels:
	$(Q)tests/packages build vm test kernels
	$(Q)tests/run

fuzz-netlink: export N := $(or $(N),2000000)
fuzz-netlink: export K := $(or $(K),6.12)
fuzz-netlink:
	$(Q)tests/packages build vm
	$(Q)tests/fuzz/run

lint: export K := host
lint: export T := ^lint/
lint:
	$(Q)tests/packages build vm test lint
	$(Q)tests/run

# ---- install ----

install: userspace
	$(Q)install -D $(BUILD)/vmaview $(DESTDIR)$(PREFIX)/bin/vmaview
	$(Q)install -D $(BUILD)/vmaview-host \
		$(DESTDIR)$(PREFIX)/libexec/vmaview/vmaview-host
	$(Q)install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/vmaview/labs \
		$(wildcard userspace/labs/*)
ifneq ($(wildcard $(MODULE)/vmaview.ko),)
	$(Q)install -D -m 644 $(MODULE)/vmaview.ko \
		$(DESTDIR)/lib/modules/$(KVER)/extra/vmaview.ko
	$(Q)test -n "$(DESTDIR)" || depmod $(KVER)
endif

clean:
	$(Q)rm -rf $(BUILD)
