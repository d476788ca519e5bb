"""The shader that draws cells over Solid view: what the material of cells does from afar, in one pass.

Numbers of boxes come in a texture, a row for each (see ``stage.pointing.rows``), values from the picture that the
materials read. The first row tells the colours. Nothing is transparent: what fades does so into the ground.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...layout.gains import LOWEST
from ...stage.materials.cell_drawing import FRAMED, GAP, OUTLINE, ROLES
from ...stage.materials.cell_material import BETWEEN, GLASS_TONES, LIT_FAR, LIT_GAPS, LIT_LINES, TONES
from ...stage.materials.cell_point import TILE_PIXELS
from ...stage.materials.theme import Theme, linear
from ...stage.pointing.rows import AFAR, ALONG, FROM, HIGH, HUE, LOW, PLACE, REVEALED, STEPS, WIDTH, WORLD
from ...stage.values import afar, atlas
from ...stage.values.pooling import FINER
from ...stage.values.seen import DOT_PIXELS

PULLED = 1e-4
"""Share of their distance by which faces are drawn nearer than they are, as the same are there already."""
BIAS = 5e-7
"""What they are nearer besides, as a share of the depth that can be told apart."""

VERTEX = """
vec4 told(int what) { return texelFetch(boxes, ivec2(what, gl_InstanceID + 1), 0); }
void main() {
  vec4 corner_of = vec4(corner, 1.0);
  vec3 world = vec3(dot(told(WORLD), corner_of), dot(told(WORLD + 1), corner_of), dot(told(WORLD + 2), corner_of));
  vec3 nearer = world + (eye.w > 0.0 ? eye.xyz - world : eye.xyz) * PULLED;
  vec4 place = projected * vec4(world, 1.0), pulled = projected * vec4(nearer, 1.0);
  gl_Position = vec4(place.xy, pulled.z * place.w / pulled.w - BIAS * place.w, place.w);
  at = vec3(corner.xy, -corner.z) * told(ALONG).xyz;
  normal = facing;
  box = gl_InstanceID + 1;
}
"""

FRAGMENT = """
vec4 told(int what) { return texelFetch(boxes, ivec2(what, box), 0); }
vec3 color_of(int which) { return texelFetch(boxes, ivec2(which, 0), 0).rgb; }
float least(vec3 v) { return min(v.x, min(v.y, v.z)); }
float most(vec3 v) { return max(v.x, max(v.y, v.z)); }
float part(float x) { return clamp(x, 0.0, 1.0); }

float number(int place) {
  int lanes = ATLAS_WIDTH / textureSize(numbers, 0).x, pixel = place / lanes, across = ATLAS_WIDTH / lanes;
  return texelFetch(numbers, ivec2(pixel % across, pixel / across), 0)[place % lanes];
}
int flat_of(vec3 cell, vec3 strides, float share) {
  ivec3 all = ivec3(floor(cell * share + 1e-6)) * ivec3(ceil(strides * share - 1e-6));
  return all.x + all.y + all.z;
}
float from_afar(vec3 cell, vec4 steps, float widest) {
  int far = int(steps.w), start = far / 32, rest = far % 32;
  bool has_fine = rest > 15;
  float share = exp2(-float(has_fine ? rest - 16 : rest));
  if (has_fine && widest * share < exp2(-FINER) / TILE_PIXELS) { start += FINER_AT; share *= exp2(FINER); }
  return number(start * STEP + flat_of(cell, steps.xyz, share));
}
vec3 zero(vec3 hue) { return mix(color_of(ZERO), hue, texelFetch(boxes, ivec2(GIVEN, 0), 0).y); }
vec3 of_value(float share, vec3 hue, int role) {
  float size = pow(part(abs(share)), texelFetch(boxes, ivec2(GIVEN, 0), 0).x);
  return mix(zero(hue), share < 0.0 ? color_of(role) : hue, size);
}
vec3 shown(vec3 color) {
  if (srgbTarget) { return color; }
  return mix(color * 12.92, 1.055 * pow(max(color, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, color));
}

void main() {
  vec3 cells = told(ALONG).xyz, hue = told(HUE).rgb, ground = color_of(GROUND);
  vec4 from = told(FROM), steps = told(STEPS), revealed = told(REVEALED);
  int role = int(told(HIGH).w + 0.5);
  vec3 flatly = normal * 1e6;
  vec3 pixel = max(vec3(length(vec2(dFdx(at.x), dFdy(at.x))), length(vec2(dFdx(at.y), dFdy(at.y))),
    length(vec2(dFdx(at.z), dFdy(at.z)))), 1e-6);
  float widest = most(pixel * (1.0 - normal));
  vec3 index = clamp(floor(at), vec3(0.0), cells - 1.0), inside = at - index, cell = index + from.xyz;

  vec4 atlas = widest > 1.0 / DOT_PIXELS ? told(AFAR) : told(PLACE);
  vec3 pool = cell * atlas.w;
  vec3 in_pool = pool - floor(pool) + inside * atlas.w;
  float wide = widest * atlas.w;
  float gap = GAP / wide + 1.0 - least(flatly + min(in_pool, 1.0 - in_pool) / (pixel * atlas.w));
  gap = part(gap) * part(1.5 - 4.5 * wide);

  int place = int(atlas.y) * ATLAS_WIDTH + int(atlas.x);
  float value = number(place + flat_of(cell, steps.xyz, atlas.w));
  float gain = atlas.z * from.w;
  float edge = part(OUTLINE - least(flatly + min(at, cells - at) / pixel)), lines = max(gap, edge);
  vec3 color = mix(value < LOWEST ? zero(hue) : of_value(value * gain, hue, role), ground, gap * BETWEEN);
  float light = max(edge * LIT_LINES, gap * LIT_GAPS);
  color = mix(color, hue, revealed.w * max(light, clamp(LIT_FAR * (wide * 4.5 - 0.5), 0.0, LIT_FAR)));
  if (value < LOWEST) {
    vec3 off = abs(in_pool - 0.5) * (1.0 - normal);
    float longest = most(off), cross = 0.075 - (longest * 2.0 - off.x - off.y - off.z);
    color = mix(color, color_of(MUTED), part(cross / (wide * 1.4) + 0.5) * part((0.24 - longest) / wide + 0.5));
  }
  vec3 afar = of_value(from_afar(cell, steps, widest) * gain, hue, role);
  color = mix(color, mix(afar, hue, revealed.w * LIT_FAR), part(wide * 8.0 - 3.6)) * dot(normal, TONES);

  vec3 glass = mix(color_of(GLASS), color_of(GLASS_LINE), lines);
  glass = mix(glass, hue, revealed.w * light) * dot(normal, GLASS_TONES);
  float order = float(flat_of(cell, steps.xyz, 1.0));
  color = mix(glass, color, part(max(revealed.x - order, min(revealed.y + order, revealed.z - order))));

  vec3 spot = mix(cell + inside, cell + 0.5, normal);
  float depth = least(flatly + min(spot - told(LOW).xyz, told(HIGH).xyz - spot)) / widest, within = part(depth + 0.5);
  float focus = told(LOW).w, thick = max(0.08 / widest, 1.0);
  color = mix(color, ground, (1.0 - within) * focus * 0.7);
  color = mix(color, color_of(INK), (within - part(depth - thick + 0.5)) * part(focus * FRAMED));
  seen = vec4(shown(mix(ground, color, told(ALONG).w)), 1.0);
}
"""

COLORS = ("ZERO", "GLASS", "GLASS_LINE", "GROUND", "INK", "MUTED", "GIVEN")
"""What the first row tells after the roles' hues of what is below 0."""
GROUND = len(ROLES) + COLORS.index("GROUND")


def color_row(theme: Theme) -> np.ndarray:
    """The first row (1, WIDTH, 4): the colours of a theme, in linear light."""
    cells = theme.cells
    hues = [cells.negative[role] for role in ROLES]
    hues += [cells.zero, cells.glass, cells.glass_line, theme.ground, theme.colors["ink"], theme.text["muted"]]
    row = np.zeros((1, WIDTH, 4), dtype=np.float32)
    row[0, : len(hues), :3] = [linear(hue) for hue in hues]
    row[0, len(hues), :2] = cells.growth, cells.zero_tint
    return row


def encoded(colors: np.ndarray) -> np.ndarray:
    """Linear light as built-in shaders want it: what ``shown`` above makes of it."""
    curved = 1.055 * np.maximum(colors, 0.0) ** (1 / 2.4) - 0.055
    encoded: np.ndarray = np.where(colors < 0.0031308, colors * 12.92, curved)
    return encoded


def _defined() -> str:
    """The constants that it shares with the materials."""
    whole = {"WORLD": WORLD, "ALONG": ALONG, "FROM": FROM, "STEPS": STEPS, "PLACE": PLACE, "AFAR": AFAR}
    whole |= {"REVEALED": REVEALED, "LOW": LOW, "HIGH": HIGH, "HUE": HUE}
    whole |= {name: len(ROLES) + number for number, name in enumerate(COLORS)}
    whole |= {"ATLAS_WIDTH": atlas.WIDTH, "STEP": afar.STEP, "FINER_AT": afar.FINER_AT}
    parts = {"PULLED": PULLED, "BIAS": BIAS, "GAP": GAP, "OUTLINE": OUTLINE, "FRAMED": FRAMED}
    parts |= {"BETWEEN": BETWEEN, "TILE_PIXELS": TILE_PIXELS, "FINER": FINER, "DOT_PIXELS": DOT_PIXELS}
    parts |= {"LOWEST": LOWEST, "LIT_FAR": LIT_FAR, "LIT_GAPS": LIT_GAPS, "LIT_LINES": LIT_LINES}
    tones = {"TONES": TONES, "GLASS_TONES": GLASS_TONES}
    lines = [f"#define {name} {number}" for name, number in whole.items()]
    lines += [f"#define {name} {float(number)!r}" for name, number in parts.items()]
    lines += [f"#define {name} vec3{tuple(map(float, tone))!r}" for name, tone in tones.items()]
    return "\n".join(lines) + "\n"


def shader() -> Any:
    """The shader, compiled; there must be a window, or a renderer's context."""
    import gpu

    types: Any = gpu.types
    told, passed = types.GPUShaderCreateInfo(), types.GPUStageInterfaceInfo("llmviz_cells")
    passed.smooth("VEC3", "at")
    passed.flat("VEC3", "normal")
    passed.flat("INT", "box")
    told.vertex_in(0, "VEC3", "corner")
    told.vertex_in(1, "VEC3", "facing")
    told.vertex_out(passed)
    told.push_constant("MAT4", "projected")
    told.push_constant("VEC4", "eye")
    told.push_constant("BOOL", "srgbTarget")  # set by Blender, by this name
    told.sampler(0, "FLOAT_2D", "boxes")
    told.sampler(1, "FLOAT_2D", "numbers")
    told.fragment_out(0, "VEC4", "seen")
    told.vertex_source(_defined() + VERTEX)
    told.fragment_source(_defined() + FRAGMENT)
    made: Any = gpu.shader
    return made.create_from_info(told)
