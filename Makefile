# The commands of the course. `make lab` and `make test` set up everything they need in $(VENV).
#   make lab LAB_ARGS=--no-browser      make test PYTHON=python3.12 VENV=.venv-312
#   make lab GPU=1                      make lab GPU=0

VENV := .venv
PYTHON :=
# 1: TensorFlow with what an NVIDIA card needs, 0: without; nothing: as the driver says. It is kept.
GPU ?=
LAB_ARGS :=
TEST_ARGS := -n 2 --dist loadfile --no-loadscope-reorder
# What pytest is to run in `make test`; nothing: the testpaths of pyproject.toml.
TESTS :=
BACKEND := jax
SITE := build/site
STICK := build/stick
STICK_ARGS :=
KERAS_FILES := layers reach gaussian_field models partial_unet losses liu_losses fit callbacks denoiser
KERAS_TESTS := $(KERAS_FILES:%=tests/test_%.py) \
    $(addprefix tests/system/test_, resuming.py logger_folder.py mixed_precision.py)
COLAB_PYTHON := python3.13
BROWSER_PYTHON := python3.13
OLDEST_PYTHON := python3.11

BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Jupyter refuses to run as root, as one often is in a container, unless told so.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# One of pyproject.toml's extras, beside what the lock names.
ADD = $(BIN)/python -m uv pip install --quiet --python $(BIN)/python \
    --constraint requirements.lock --requirement pyproject.toml --extra
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.PHONY: lab test test-all test-jax lint course site slides handout stick hub notebooks restamp release-check test-colab test-browser test-oldest benchmark lock clean always

lab: $(READY)
	$(BIN)/python -m jupyterlab $(AS_ROOT) --ServerApp.root_dir=. $(LAB_ARGS) \
	    notebooks/00_first_repair.ipynb

test: $(READY) lint   # every lesson and the library's tests: five minutes on two recent cores
	$(BIN)/python -m pytest $(TEST_ARGS) $(TESTS)

test-all: test        # then browsers, classrooms, kills, servers, every wrong answer, solutions
	$(BIN)/python -m pytest $(TEST_ARGS) tests/system solutions

test-jax: $(READY)    # what speaks to Keras, on another of its backends; BACKEND=torch: on PyTorch
	XLA_FLAGS=--xla_backend_optimization_level=0 KERAS_BACKEND=$(BACKEND) \
	    $(BIN)/python -m pytest $(TEST_ARGS) $(KERAS_TESTS)

lint: $(READY)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check

course: $(READY)      # every lesson headless on the embedded data, as HTML in build/
	$(BIN)/python -m tools.course

site: $(READY)        # the web pages, lessons in the browser and Try it, in build/site
	$(ADD) site
	$(BIN)/python -m tools.site $(SITE)

slides: $(READY)      # the lessons as slides, in build/slides; LESSON=05_texture_and_patches: one
	$(ADD) site
	$(BIN)/python -m tools.slides $(LESSON)

handout: $(READY)     # the course on one page for printing, in build/handout.html
	$(ADD) site
	$(BIN)/python -m tools.handout

stick: $(READY)       # all that a room without a network needs, in build/stick; STICK=/a/folder
	-@test -e $(SITE)/index.html || $(MAKE) site
	$(BIN)/python -m tools.stick $(STICK) --site $(SITE) $(STICK_ARGS)

hub: $(READY)         # JupyterHub for a class, docs/teaching/hub.md; compiled, for learners cannot
	$(BIN)/python -m hub
	$(ADD) hub
	$(BIN)/python -m compileall -q -j 0 course_lib hub $(VENV)/lib > /dev/null || true
	$(BIN)/python -m jupyterhub -f hub/jupyterhub_config.py

notebooks: $(READY)   # those whose source changed, executed where code did; ALL=1: every one
	$(BIN)/python -m tools.build_notebooks $(if $(ALL),--all)

restamp: $(READY)     # the address and tag of pyproject.toml into every notebook and README
	$(BIN)/python -m tools.build_notebooks --restamp
	$(BIN)/python -m tools.platforms

release-check: $(READY)
	$(BIN)/python -m tools.release_check

test-colab: $(READY)  # every committed lesson, and exercises to their first check, as on Google Colab
	$(BIN)/python -m tools.colab_lane $(COLAB_PYTHON)

test-browser: $(READY) # the lessons of the web page with Pyodide's versions, without threads
	$(BIN)/python -m tools.browser_lane $(BROWSER_PYTHON)

test-oldest: $(READY) # lessons and tests with the lowest versions that pyproject.toml names
	$(BIN)/python -m tools.oldest_lane $(OLDEST_PYTHON) $(TESTS)

benchmark: $(READY)
	$(BIN)/python -m benchmarks

lock: $(READY)        # the newest versions that pyproject.toml accepts
	mkdir -p build
	$(BIN)/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --extra test --extra cpu --extra gpu --generate-hashes --no-emit-index-url --no-emit-find-links \
	    --no-annotate --no-header --output-file build/requirements.lock pyproject.toml
	{ echo "# Versions that were tested together, Python 3.11 to 3.13. Made by: make lock"; \
	  cat build/requirements.lock; } > requirements.lock

clean:
	rm -rf build .pytest_cache .ruff_cache .hypothesis *.egg-info

$(READY): always       # the script itself looks whether there is anything to do
	@for python in $(or $(PYTHON),$(BIN)/python python3.13 python3.12 python3.11 python3 python); do \
	    if $$python -c "$(SUPPORTED)" 2> /dev/null; then \
	        exec $$python tools/setup_venv.py $(VENV) $(if $(GPU),--gpu $(GPU)); \
	    fi; \
	done; \
	echo "No Python 3.11 to 3.13 was found: install one and type, with its path:" \
	     "make $(firstword $(MAKECMDGOALS) lab) PYTHON=/usr/bin/python3.13" >&2; \
	exit 1
