# `make run` starts a bot, `make test` proves it. Missing distribution packages are installed first.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DATADIR ?= $(PREFIX)/share/muster
UNITDIR ?= $(PREFIX)/lib/systemd/system
JOBS ?= 2
WERROR := $(if $(CI),ON,OFF)
TOKENS := $(strip $(foreach v,$(filter SLACK_% MATTERMOST_%,$(.VARIABLES)),\
  $(if $(filter environment%,$(origin $(v))),$(if $(findstring TOKEN,$(v)),$($(v))))))

.PHONY: build run test soak bench format clean install deps deps-test
.DEFAULT_GOAL := build

deps:
	@packaging/install-deps.sh

deps-test:
	@packaging/install-deps.sh test

build: deps
	cmake --preset release -DMUSTER_WERROR=$(WERROR) >/dev/null
	cmake --build build --target muster -- -j$(JOBS)

# A bot that has chat tokens is no sandbox.
run: build
	@mkdir -p var
	exec build/muster serve $(if $(TOKENS),,--sandbox) --data var --config config

test: deps-test
	cmake --preset release -DMUSTER_WERROR=$(WERROR) >/dev/null
	cmake --build build -- -j$(JOBS)
	ctest --test-dir build -j2 --output-on-failure

# These build and run a program only where the sources have one.
soak bench: deps
	cmake --preset release >/dev/null
	@if cmake --build build --target help | grep -q '^muster_$@:'; then \
	  cmake --build build --target muster_$@ -- -j$(JOBS) && build/muster_$@; \
	else echo "muster: there is no $@ program yet"; exit 2; fi
	@if [ $@ = soak ]; then cmake --build build --target muster_soak_slack muster_soak_mattermost -- -j$(JOBS) && \
	  build/muster_soak_slack && build/muster_soak_mattermost; fi
	@if [ $@ = soak ]; then cmake --build build --target unit_runbooks -- -j$(JOBS) && \
	  MUSTER_RUN_KILLS=10000 build/tests/unit_runbooks -tc='killed again and again*'; fi

format:
	git ls-files '*.h' '*.cpp' | xargs clang-format -i

clean:
	rm -rf build

install: build
	install -Dm755 build/muster $(DESTDIR)$(PREFIX)/bin/muster
	install -d $(DESTDIR)$(PREFIX)/libexec/muster
	install -m755 -t $(DESTDIR)$(PREFIX)/libexec/muster build/muster-shim build/muster-keeper build/muster-sample
	install -d $(DESTDIR)$(UNITDIR)
	install -d $(DESTDIR)$(DATADIR)
	build/muster config schema >$(DESTDIR)$(DATADIR)/muster.schema.json
	install -Dm644 config/muster.yaml $(DESTDIR)$(DATADIR)/muster.yaml
	install -Dm644 -t $(DESTDIR)$(DATADIR)/examples config/examples/*.yaml
	install -Dm644 -t $(DESTDIR)$(DATADIR)/runbooks runbooks/catalogue/*.yaml
	sed 's|@PREFIX@|$(PREFIX)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|' packaging/muster.service >$(DESTDIR)$(UNITDIR)/muster.service
	@if [ -e $(DESTDIR)$(SYSCONFDIR)/muster/muster.yaml ]; then \
	  echo "muster: $(DESTDIR)$(SYSCONFDIR)/muster/muster.yaml stays as it is"; \
	else install -Dm644 config/muster.yaml $(DESTDIR)$(SYSCONFDIR)/muster/muster.yaml; fi
