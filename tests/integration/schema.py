"""Holds configuration files against the JSON Schema, as an editor does. usage: schema.py SCHEMA good|bad FILE…"""
import json
import sys

import jsonschema
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
checker = jsonschema.Draft202012Validator(schema)
checker.check_schema(schema)
wanted_good = sys.argv[2] == "good"
failed = 0
for name in sys.argv[3:]:
    with open(name, encoding="utf-8") as file:
        problems = list(checker.iter_errors(yaml.safe_load(file) or {}))
    for problem in problems:
        print(f"{name}: {'/'.join(str(p) for p in problem.absolute_path)}: {problem.message}")
    failed += bool(problems) == wanted_good
sys.exit(1 if failed else 0)
