"""Renders the tile {"x": …, "y": …} of a picture of the Mandelbrot set as raw RGB."""
import json
import os

params = json.loads(os.environ['APP_PARAMS'])
with open(os.path.join(os.environ['TASK_DIR'], 'data.bin'), encoding='utf-8') as file:
    tile = json.load(file)

tiles = params.get('tiles', 4)
size = params.get('size', 384) // tiles
iterations = params.get('iterations', 80)
LEFT, TOP, WIDTH = -2.2, -1.5, 3.0


def escape(re, im):
    z_re = z_im = 0.0
    for step in range(iterations):
        re2, im2 = z_re * z_re, z_im * z_im
        if re2 + im2 > 4.0:
            return step
        z_re, z_im = re2 - im2 + re, 2.0 * z_re * z_im + im
    return iterations


pixels = bytearray()
scale = WIDTH / (size * tiles)
for row in range(size):
    im = TOP + (tile['y'] * size + row) * scale
    for column in range(size):
        step = escape(LEFT + (tile['x'] * size + column) * scale, im)
        shade = 0 if step == iterations else 255 * step // iterations
        pixels += bytes((min(255, shade * 3), min(255, shade * 2), 96 + shade * 159 // 255 if shade else 0))

with open(os.path.join(os.environ['TASK_RESULTS_DIR'], f"tile_{tile['y']}_{tile['x']}.rgb"), 'wb') as file:
    file.write(pixels)
print(f"tile {tile['x']},{tile['y']}: {size} x {size} pixels")
