"""Merges the profiles that csv-profile made of the chunks of one CSV file."""
import collections
import json
import math
import os

results = os.environ['TASK_RESULTS_DIR']
output = os.environ['OUTPUT_DIR']
with open(os.environ['RESULTS_INDEX'], encoding='utf-8') as file:
    index = json.load(file)

profiles = []
for chunk in sorted(index['chunks'], key=int):
    for name in index['chunks'][chunk]:
        with open(os.path.join(results, name), encoding='utf-8') as file:
            profiles.append(json.load(file))

columns = {}
for profile in profiles:
    for column in profile['columns']:
        columns.setdefault(column['name'], []).append(column)


def merge(name, parts):
    numbers = sum(part['numbers'] for part in parts)
    total = math.fsum(part['sum'] for part in parts)
    texts = collections.Counter()
    for part in parts:
        texts.update(dict(part['top']))
    return {
        'name': name,
        'empty': sum(part['empty'] for part in parts),
        'numbers': numbers,
        'sum': total,
        'mean': total / numbers if numbers else None,
        'min': min((part['min'] for part in parts if part['min'] is not None), default=None),
        'max': max((part['max'] for part in parts if part['max'] is not None), default=None),
        'texts': sum(part['texts'] for part in parts),
        'top': sorted(texts.items(), key=lambda item: (-item[1], item[0]))[:5],
    }


merged = {'rows': sum(profile['rows'] for profile in profiles), 'columns': [merge(name, parts) for name, parts in columns.items()]}
with open(os.path.join(output, 'profile.json'), 'w', encoding='utf-8') as file:
    json.dump(merged, file, ensure_ascii=False, indent=2)

with open(os.path.join(output, 'report.txt'), 'w', encoding='utf-8') as file:
    file.write(f"{merged['rows']} rows, {len(merged['columns'])} columns\n")
    for column in merged['columns']:
        if column['numbers'] > column['texts']:
            what = f"mean {column['mean']:.4g}, from {column['min']:.6g} to {column['max']:.6g}"
        else:
            what = 'most often ' + ', '.join(f'{text[:20]} ({count})' for text, count in column['top'][:3])
        file.write(f"  {column['name'][:24]:24}  {what}\n")
print(f"merged {len(profiles)} profiles")
