"""Lays tiles of raw RGB side by side and writes them as one PNG."""
import math
import os
import re
import struct
import zlib

results = os.environ['TASK_RESULTS_DIR']
tiles = {}
for name in sorted(os.listdir(results)):
    match = re.fullmatch(r'tile_(\d+)_(\d+)\.rgb', name)
    if match:
        with open(os.path.join(results, name), 'rb') as file:
            tiles[int(match[1]), int(match[2])] = file.read()

rows = max(y for y, _ in tiles) + 1
columns = max(x for _, x in tiles) + 1
missing = [(y, x) for y in range(rows) for x in range(columns) if (y, x) not in tiles]
if missing:
    raise SystemExit(f'tiles are missing: {missing}')
side = math.isqrt(len(tiles[0, 0]) // 3)

lines = bytearray()
for y in range(rows):
    for line in range(side):
        lines.append(0)
        for x in range(columns):
            lines += tiles[y, x][line * side * 3:(line + 1) * side * 3]


def block(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


header = struct.pack('>IIBBBBB', columns * side, rows * side, 8, 2, 0, 0, 0)
with open(os.path.join(os.environ['OUTPUT_DIR'], 'picture.png'), 'wb') as file:
    file.write(b'\x89PNG\r\n\x1a\n' + block(b'IHDR', header) + block(b'IDAT', zlib.compress(bytes(lines), 9)) + block(b'IEND', b''))
print(f'{columns * side} x {rows * side} pixels from {len(tiles)} tiles')
