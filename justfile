# Commands for people who work on gradfix. The environment is .venv, made by `just install`.

python := ".venv/bin/python"

# list the commands
default:
    @just --list

# make the environment
install:
    python3 -m venv .venv
    .venv/bin/pip install -q -e ".[dev,tensorflow]"

# the quick tests, without TensorFlow
test *arguments:
    {{python}} -m pytest -q -m "not tensorflow" {{arguments}}

# all tests; Keras 2 needs GRADFIX_KERAS2_PYTHON
test-all *arguments:
    {{python}} -m pytest -q -n auto --dist loadfile {{arguments}}

# what TensorFlow shows of fixtures or of any program
fixture *paths:
    {{python}} tools/run_fixture.py {{paths}}

# ruff and mypy
lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy

# regenerate the pages of the codemods, the table and the picture of the README
generate:
    {{python}} tools/make_docs.py
    {{python}} tools/make_picture.py

# lines that no test runs
coverage:
    {{python}} -m coverage run -m pytest -q -m "not tensorflow"
    {{python}} -m coverage report

# everything that continuous integration does
ci:
    .ci/run
