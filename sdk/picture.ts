import type { LayoutDocument } from "./layout.ts";
import type { SeatAvailability } from "./models.ts";

type Section = LayoutDocument["sections"][number];

/** The part of a plan that is drawn. */
interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly section: string;
  readonly row: string;
  readonly number: string;
  readonly category: string;
  readonly isWheelchair: boolean;
  readonly state: SeatAvailability | undefined;
}

/** Units of the picture's width; seats and letters are drawn in them. */
const WIDTH = 1000;
const MARGIN = 50;
const LEGEND_LINE = 22;
const LETTERS = { area: 16, legend: 13 } as const;
/** For categories to which the plan gives no color. They are told apart by those who see red and green alike. */
const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1"];
const TAKEN = "#c8c8c8";
const NOT_SOLD = "none";
const INK = "#333333";

/**
 * A seating plan as an SVG picture: seats in the colors of their categories, square where there is a
 * place for a wheelchair, with section, row and number as a tooltip, standing areas, and a legend.
 *
 * @param plan a plan, such as `document` of what `layout` returns.
 * @param states which seats can be had, in the plan's order, as `seatMap` has them: taken ones are
 * gray, and those that are not sold are hollow. Without it, all seats are drawn alike.
 * @returns the text of an SVG file; what the plan names is escaped.
 */
export function drawPlan(plan: LayoutDocument, states?: readonly SeatAvailability[]): string {
  const dots = dotsOf(plan, states);
  const colors = colorsOf(plan);
  const frame = frameOf(plan, dots);
  const radius = radiusOf(dots, frame);
  const legend = legendOf(colors, states !== undefined);
  const height = (frame.height / frame.width) * WIDTH + 2 * MARGIN;
  const total = height + legend.length * LEGEND_LINE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size(WIDTH + 2 * MARGIN)} ${size(total)}"`,
    ` font-family="sans-serif" fill="${INK}">`,
    `<title>${escape(plan.name ?? "Layout")}</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...plan.sections.map((section) => drawArea(section, frame, colors)),
    ...drawDots(dots, frame, colors, radius),
    ...plan.sections.map((section) => drawNames(section, frame, radius)),
    "</g>",
    ...legend.map((entry, line) => entry(MARGIN, height + line * LEGEND_LINE)),
    "</svg>\n",
  ].join("");
}

function dotsOf(plan: LayoutDocument, states: readonly SeatAvailability[] | undefined): Dot[] {
  let seatIndex = 0;
  return plan.sections.flatMap((section) =>
    (section.kind === "standing" ? [] : section.rows).flatMap((row) =>
      row.seats.map(({ number, x, y, category, features = [] }) => {
        const state = states?.[seatIndex];
        seatIndex += 1;
        const isWheelchair = features.includes("wheelchair");
        return {
          x,
          y,
          section: section.name,
          row: row.name,
          number,
          category,
          isWheelchair,
          state,
        };
      }),
    ),
  );
}

/** The color of each category that the plan lists or uses. */
function colorsOf({ categories = [], sections }: LayoutDocument): ReadonlyMap<string, string> {
  const colors = new Map(categories.map(({ name, color }) => [name, color]));
  const used = sections.flatMap((section) =>
    section.kind === "standing"
      ? [section.category]
      : section.rows.flatMap(({ seats }) => seats.map(({ category }) => category)),
  );
  for (const name of used) colors.set(name, colors.get(name));
  return new Map(
    [...colors].map(([name, color], index) => [
      name,
      color ?? PALETTE[index % PALETTE.length] ?? INK,
    ]),
  );
}

/** The part of the plan in which something lies: it is drawn as wide as the picture. */
function frameOf({ sections }: LayoutDocument, dots: readonly Dot[]): Frame {
  const corners = sections.flatMap(({ area }) =>
    area === undefined ? [] : [area, { x: area.x + area.width, y: area.y + area.height }],
  );
  const places = [...dots, ...corners];
  // Not by spreading: a hall may have more seats than a call has arguments.
  const least = (of: "x" | "y"): number => places.reduce((min, at) => Math.min(min, at[of]), 1);
  const most = (of: "x" | "y"): number => places.reduce((max, at) => Math.max(max, at[of]), 0);
  if (places.length === 0) return { x: 0, y: 0, width: 1, height: 0 };
  const width = Math.max(most("x") - least("x"), 0.01);
  return { x: least("x"), y: least("y"), width, height: most("y") - least("y") };
}

function drawArea(section: Section, frame: Frame, colors: ReadonlyMap<string, string>): string {
  const { area } = section;
  if (area === undefined) return "";
  const [x, y] = [across(area.x, frame), down(area.y, frame)];
  const [width, height] = [
    across(area.x + area.width, frame) - x,
    down(area.y + area.height, frame) - y,
  ];
  const isStanding = section.kind === "standing";
  const color = isStanding ? colors.get(section.category) : TAKEN;
  const words = isStanding ? `${section.name}, ${section.capacity} standing` : section.name;
  return [
    `<rect x="${size(x)}" y="${size(y)}" width="${size(width)}" height="${size(height)}" rx="6"`,
    ` fill="${escape(color ?? INK)}" fill-opacity="${isStanding ? 0.25 : 0.15}"/>`,
    `<text x="${size(x + 8)}" y="${size(y + LETTERS.area + 4)}" font-size="${LETTERS.area}">`,
    `${escape(words)}</text>`,
  ].join("");
}

function drawDots(
  dots: readonly Dot[],
  frame: Frame,
  colors: ReadonlyMap<string, string>,
  radius: number,
): string[] {
  return dots.map((dot) => {
    const [x, y] = [across(dot.x, frame), down(dot.y, frame)];
    const color = escape(colors.get(dot.category) ?? INK);
    const fill = fillOf(dot.state, color);
    const shape = dot.isWheelchair
      ? `rect x="${size(x - radius)}" y="${size(y - radius)}" width="${size(2 * radius)}" height="${size(2 * radius)}"`
      : `circle cx="${size(x)}" cy="${size(y)}" r="${size(radius)}"`;
    const words = [dot.section, `row ${dot.row}`, `seat ${dot.number}`, dot.state ?? dot.category];
    const [tag] = shape.split(" ", 1);
    return `<${shape} ${paint(fill)}><title>${escape(words.join(", "))}</title></${tag}>`;
  });
}

/** The name of a section above its seats, and of each row before its first seat. */
function drawNames(section: Section, frame: Frame, radius: number): string {
  if (section.kind === "standing") return "";
  const letters = Math.max(radius * 1.3, 3);
  const rows = section.rows.map(({ name, seats: [first, second] }) => {
    if (first === undefined) return "";
    // On the side of the first seat that is not the second one's.
    const [dx, dy] = second === undefined ? [1, 0] : [second.x - first.x, second.y - first.y];
    const step = (radius * 2.2) / (Math.hypot(dx, dy) || 1);
    const [x, y] = [across(first.x, frame) - dx * step, down(first.y, frame) - dy * step];
    return drawWords(name, x, y + letters / 3, letters);
  });
  if (section.area !== undefined) return rows.join("");
  return drawSectionName(section, frame, radius, letters * 1.5) + rows.join("");
}

/** Above the seats that are near the middle: halls are curved. */
function drawSectionName(
  { name, rows }: Extract<Section, { rows: unknown }>,
  frame: Frame,
  radius: number,
  letters: number,
): string {
  const seats = rows
    .flatMap((row) => row.seats)
    .map(({ x, y }) => ({ x: across(x, frame), y: down(y, frame) }));
  if (seats.length === 0) return "";
  const middle = seats.reduce((sum, { x }) => sum + x, 0) / seats.length;
  const nearest = seats.reduce((least, { x }) => Math.min(least, Math.abs(x - middle)), Infinity);
  const near = seats.filter(({ x }) => Math.abs(x - middle) <= nearest + 4 * radius);
  const top = near.reduce((least, { y }) => Math.min(least, y), Infinity);
  return drawWords(name, middle, top - radius * 2, letters);
}

function drawWords(words: string, x: number, y: number, letters: number): string {
  return [
    `<text x="${size(x)}" y="${size(y)}" font-size="${size(letters)}" text-anchor="middle">`,
    `${escape(words)}</text>`,
  ].join("");
}

/** What is hollow would not be seen without a line around it. */
function paint(fill: string): string {
  return `fill="${fill}"${fill === NOT_SOLD ? ` stroke="${TAKEN}"` : ""}`;
}

function fillOf(state: SeatAvailability | undefined, color: string): string {
  if (state === undefined || state === "available") return color;
  return state === "blocked" ? NOT_SOLD : TAKEN;
}

/** Two fifths of how near neighbors are, as most of them are; seats that stand alone do not fill the hall. */
function radiusOf(dots: readonly Dot[], frame: Frame): number {
  const gaps = dots
    .flatMap((dot, index) => {
      const next = dots[index + 1];
      if (next === undefined || next.row !== dot.row || next.section !== dot.section) return [];
      return [Math.hypot(next.x - dot.x, next.y - dot.y) / frame.width];
    })
    .filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  const usual = gaps[Math.floor(gaps.length / 4)] ?? 0.02;
  return Math.min(Math.max(usual * WIDTH * 0.4, 1), 15);
}

type LegendEntry = (x: number, y: number) => string;

function legendOf(colors: ReadonlyMap<string, string>, hasStates: boolean): LegendEntry[] {
  const entries = [...colors].map(([name, color]) => legendEntry(name, escape(color)));
  if (!hasStates) return entries;
  return [...entries, legendEntry("taken", TAKEN), legendEntry("not for sale", NOT_SOLD)];
}

function legendEntry(words: string, fill: string): LegendEntry {
  return (x, y) =>
    [
      `<circle cx="${size(x + 6)}" cy="${size(y)}" r="6" ${paint(fill)}/>`,
      `<text x="${size(x + 20)}" y="${size(y + 5)}" font-size="${LETTERS.legend}">${escape(words)}</text>`,
    ].join("");
}

function across(x: number, frame: Frame): number {
  return ((x - frame.x) / frame.width) * WIDTH;
}

function down(y: number, frame: Frame): number {
  return ((y - frame.y) / frame.width) * WIDTH;
}

function size(units: number): string {
  return String(Math.round(units * 10) / 10);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

// XML forbids most control characters, also as references.
function escape(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
    .replaceAll(/\p{Cc}/gu, " ");
}
