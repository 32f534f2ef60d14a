# `make help` lists the targets. Each one sets up what it needs; a set-up that is up to date costs next to nothing.
#
#   PYTHON=python3.12 make setup        another Python than the first fitting one on the path
#   make sim ARGS="policy:=dofc"        arguments for `ros2 launch exo sim.launch.py`
#   make sim VIEW=1                     watch it live in the browser, for five minutes (ARGS=duration:=60: for one)
#   make train ARGS="--seed 2"          arguments for `exo train`
#   make test ARGS="tests/exo_safety"   arguments for pytest

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

ARGS ?=
VIEW ?=
PYTHON ?=

VENV := .venv
LIBRARIES := exo exo_analysis exo_control exo_hardware exo_learning exo_safety exo_scone exo_sim exo_trial exo_nodes ros2_subset \
  launch launch_ros
SOURCED := . ./env.sh &&

# A sourced ROS 2 distribution brings rclpy, the messages and `ros2`: its wheels stay out then.
ROS := $(if $(ROS_DISTRO),$(shell command -v ros2 >/dev/null && echo $(ROS_DISTRO)))

# Only one make at a time may set up; the second then finds the work done.
SET_UP := flock Makefile $(MAKE) --makefile=Makefile

.PHONY: help setup build sim train test lint format bench docs links lock clean distclean
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r target text; do \
	  printf '  make %-10s %s\n' "$$target" "$$text"; done

setup: ## set up .venv and build the workspace (implied by all other targets)
	@$(SET_UP) _setup

build: setup ## the same as make setup

WATCHED := $(if $(VIEW),view:=true $(if $(findstring duration:=,$(ARGS)),,duration:=300))
sim: setup ## a simulated person walks with the exoskeleton: ros2 launch exo sim.launch.py $(ARGS)
	@$(if $(VIEW),$(SET_UP) _setup _view_packages)
	@$(MAKE) build/.compiled
	@$(SOURCED) exec ros2 launch exo sim.launch.py $(WATCHED) $(ARGS)

train: ## train a controller in simulation (installs PyTorch the first time): exo train $(ARGS)
	@$(SET_UP) _setup _train_packages
	@$(MAKE) build/.compiled
	@$(SOURCED) exec exo train $(ARGS)

# First the tests that compute, on two cores, then, one by one, those in real time, which others would disturb.
test: ## run all tests
	@$(SET_UP) _setup _test_packages
ifdef ARGS
	@$(SOURCED) exec python -m pytest $(ARGS)
else
	@$(SOURCED) status=0; \
	  python -m pytest -n 2 --dist loadfile -m "not real_time" tests || status=1; \
	  python -m pytest -m real_time tests || status=1; \
	  exit $$status
endif

lint: ## ruff and mypy
	@$(SET_UP) _setup _test_packages
	@$(SOURCED) ruff check . && ruff format --check . && mypy $(LIBRARIES:%=--package=%)

format: ## let ruff format the code and mend what it can
	@$(SET_UP) _setup _test_packages
	@$(SOURCED) ruff check --fix . && ruff format .

bench: ## measure the engine, the policy's inference and its latency
	@$(SET_UP) _setup _test_packages
	@$(SOURCED) exo bench engine $(ARGS) && exo bench policy $(ARGS) && exo bench latency $(ARGS)

docs: ## build the documentation: build/site/index.html; a broken link fails
	@$(SET_UP) _setup _docs_packages
	@$(SOURCED) properdocs build --strict && echo "build/site/index.html"

# Not those to the live page, which is there during a walk only.
links: docs ## look whether the links of the documents to other sites lead somewhere; needs a network
	@$(SET_UP) _setup _links_packages
	@$(SOURCED) exec linkchecker --check-extern --no-status --no-warnings --ignore-url '^http://localhost' $(ARGS) \
	  build/site/index.html

lock: ## write requirements/constraints.txt after a change of requirements; needs python3.10 to python3.13
	@rm -rf build/lock && mkdir -p build/lock && : > build/lock/pins
	@for version in 3.10 3.11 3.12 3.13; do \
	  python$$version -m venv build/lock/$$version; \
	  pip="build/lock/$$version/bin/python -m pip -qq"; \
	  $$pip install --upgrade pip; \
	  $$pip install --dry-run --ignore-installed --report build/lock/report.json \
	    -r requirements/base.txt -r requirements/ros.txt -r requirements/test.txt -c build/lock/pins; \
	  build/lock/$$version/bin/python -c '$(PRINT_PINS)' < build/lock/report.json >> build/lock/pins; \
	  sort -fu -o build/lock/pins build/lock/pins; \
	done
	@{ echo "# Written by make lock: every package that the requirements bring, on any Python."; cat build/lock/pins; } \
	  > requirements/constraints.txt

clean: ## remove what was built, and caches; keeps .venv and your trials
	@rm -rf build install log .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find src tests -name __pycache__ -prune -exec rm -rf {} + -o -name '*.egg-info' -prune -exec rm -rf {} +

distclean: clean ## make clean, and remove .venv
	@rm -rf $(VENV)

# ---------------------------------------------------------------- set-up

.PHONY: _setup _test_packages _train_packages _docs_packages _links_packages _view_packages FORCE
_setup: build/.built
	@:
_test_packages: $(VENV)/.test-packages
	@:
_train_packages: $(VENV)/.train-packages
	@:
_docs_packages: $(VENV)/.docs-packages
	@:
_links_packages: $(VENV)/.links-packages
	@:
_view_packages: $(VENV)/.view-packages
	@:

PRINT_PINS := import json, sys; \
  print(*("{name}=={version}".format_map(item["metadata"]) for item in json.load(sys.stdin)["install"]), sep="\n")

# Beside a ROS distribution its own NumPy must stay: its message packages are compiled for that.
REQUIREMENTS := requirements/base.txt $(if $(ROS),,requirements/ros.txt)
CONSTRAINTS := requirements/constraints.txt
INSTALL := $(VENV)/bin/python -m pip install -qq --disable-pip-version-check \
  -c $(if $(ROS),<(grep -v '^numpy==' $(CONSTRAINTS)),$(CONSTRAINTS))

# What the virtual environment was made for. It holds absolute paths, so a moved checkout needs a new one.
MADE_FOR := $(CURDIR) $(or $(ROS),no ROS)

# Make it anew when it was made for something else, with another PYTHON, when its Python has gone, or when the last
# installation into it did not finish.
ifneq ($(file <$(VENV)/.made-for),$(MADE_FOR))
$(VENV)/.made: FORCE
else ifneq ($(filter-out $(file <$(VENV)/.python),$(PYTHON)),)
$(VENV)/.made: FORCE
else ifeq ($(wildcard $(VENV)/bin/python),)
$(VENV)/.made: FORCE
else ifneq ($(wildcard $(VENV)/.unfinished),)
$(VENV)/.made: FORCE
endif

CHECK_PYTHON := import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

define NO_PYTHON
exo needs Python 3.10 to 3.13$(if $(PYTHON),: PYTHON=$(PYTHON) is not one,, and none is on the path).
  Debian, Ubuntu: sudo apt install python3 python3-venv
  or name one:    make setup PYTHON=/path/to/python3.12
endef

define NO_VENV
This Python cannot make virtual environments: its module ensurepip is missing.
  Debian, Ubuntu: sudo apt install python3-venv
endef

define NO_WHEELS
The ROS 2 wheels are for Linux on x86-64, this is $(shell uname -sm).
  Install ROS 2 Jazzy, source its setup.bash and run make again.
endef

export NO_PYTHON NO_VENV NO_WHEELS

$(VENV)/.made:
	@case '$(CURDIR)' in *[[:space:]:]*) \
	  echo "The path of the checkout has a space or colon in it, which ROS tools cannot handle. Move it." >&2; exit 1;; esac
	@[ -n '$(ROS)' ] || [ "$$(uname -sm)" = 'Linux x86_64' ] || { echo "$$NO_WHEELS" >&2; exit 1; }
	@python=; \
	for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.10); do \
	  if "$$candidate" -c '$(CHECK_PYTHON)' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	[ -n "$$python" ] || { echo "$$NO_PYTHON" >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "$$NO_VENV" >&2; exit 1; }; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(if $(ROS),--system-site-packages) $(VENV)
	@echo '$(PYTHON)' > $(VENV)/.python
	@echo '$(MADE_FOR)' > $(VENV)/.made-for
	@touch $@

$(VENV)/.packages: $(VENV)/.made $(REQUIREMENTS) $(CONSTRAINTS)
	@echo "Installing $(REQUIREMENTS) (a minute or two the first time)"
	@touch $(VENV)/.unfinished
	@$(INSTALL) $(REQUIREMENTS:%=-r %)
	@rm $(VENV)/.unfinished
	@touch $@

# The tests need all that training and the documentation need, the drives' libraries, and what shows walks.
$(VENV)/.test-packages: $(patsubst %,requirements/%.txt,train moteus docs links video view)

$(patsubst %,$(VENV)/.%-packages,test train docs links view): $(VENV)/.%-packages: $(VENV)/.packages requirements/%.txt
	@echo "Installing requirements/$*.txt"
	@touch $(VENV)/.unfinished
	@$(INSTALL) -r requirements/$*.txt
	@rm $(VENV)/.unfinished
	@touch $@

# With --symlink-install an edit or a new module needs no build; a new or removed file of another kind, launch file or
# package does. Such files stand in this list, whose time changes only with its content.
build/.files: FORCE
	@mkdir -p build
	@{ ls -d src/*/*; find $(wildcard launch config) src -type f \( -not -name '*.py' -o -path 'launch/*' \) \
	  -not -path '*/.*' -not -path '*/__pycache__/*' -not -path '*.egg-info/*'; } | LC_ALL=C sort > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Python of .venv runs colcon, so that the scripts it installs start with it too.
build/.built: $(VENV)/.packages build/.files colcon.meta $(wildcard src/*/package.xml src/*/setup.py src/*/setup.cfg)
	@echo "Building the workspace"
	@rm -f $@
	@$(VENV)/bin/python -m colcon --log-base log build --base-paths src --symlink-install \
	  --event-handlers console_start_end-
	@for package in install/*/; do [ -d "src/$$(basename "$$package")" ] || rm -rf "$$package"; done
	@find install build -xtype l -delete
	@touch $@

# A walk in real time cannot wait for the compiler.
build/.compiled: build/.built $(wildcard src/exo_sim/exo_sim/engine/*.py)
	@echo "Compiling the engine (half a minute the first time)"
	@$(SOURCED) python -m exo_sim.compile_engine
	@touch $@
