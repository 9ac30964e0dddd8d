"""Profiles the rows of one chunk, a CSV file with its header."""
import collections
import csv
import json
import math
import os
import re

params = json.loads(os.environ['APP_PARAMS'])
source = os.path.join(os.environ['TASK_DIR'], 'data.bin')
result = os.path.join(os.environ['TASK_RESULTS_DIR'], 'profile.json')


NUMBER = re.compile(r'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?')


def number(text):
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


with open(source, newline='', encoding='utf-8', errors='replace') as file:
    rows = csv.reader(file)
    header = next(rows, [])
    columns = [{'numbers': [], 'texts': collections.Counter(), 'empty': 0} for _ in header]
    count = 0
    for row in rows:
        count += 1
        for column, value in zip(columns, row):
            if value == '':
                column['empty'] += 1
                continue
            parsed = number(value)
            if parsed is None:
                column['texts'][value] += 1
            else:
                column['numbers'].append(parsed)

profile = {
    'rows': count,
    'columns': [{
        'name': name,
        'empty': column['empty'],
        'numbers': len(column['numbers']),
        'sum': math.fsum(column['numbers']),
        'min': min(column['numbers'], default=None),
        'max': max(column['numbers'], default=None),
        'texts': sum(column['texts'].values()),
        'top': sorted(column['texts'].items(), key=lambda item: (-item[1], item[0]))[:params.get('top', 50)],
    } for name, column in zip(header, columns)],
}
with open(result, 'w', encoding='utf-8') as file:
    json.dump(profile, file, ensure_ascii=False, sort_keys=True)
print(f"chunk {os.environ['CHUNK_NUMBER']}: {count} rows, {len(header)} columns")
