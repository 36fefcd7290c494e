# Two commands do everything on a machine that has python3 with venv, git and make: `make demo` and `make test`.
# uv is used where it is found and otherwise fetched into .tools/, inside the project.

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen --no-sync
READY := .venv/.ready
SINCE ?= 2d

.PHONY: demo test test-slow crawl check format bench eval clean

demo: $(READY)
	$(RUN) monitor demo

test: $(READY)
	$(RUN) pytest -m "not slow" -n 2 --dist loadfile

# PROOFS chooses among the long proofs, for example make test-slow PROOFS='-k "Baku or torture"'.
test-slow: $(READY)
	$(RUN) pytest -m slow --durations=20 $(PROOFS)

crawl: $(READY)
	$(RUN) monitor crawl --since $(SINCE)

check: $(READY)
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

format: $(READY)
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

bench: $(READY)
	$(RUN) python -m bench

eval: $(READY)
	$(RUN) python -m bench.eval

clean:
	rm -rf .venv .tools dist build

$(READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --all-groups --extra js
	@touch $@

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet uv
