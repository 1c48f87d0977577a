/** Where a text stops being JSON, and what should stand there. */
export interface JsonFault {
  offset: number;
  expected: string;
}

type State =
  | "a value"
  | "a value or ]"
  | "a key in double quotes"
  | "a key in double quotes or }"
  | "a colon"
  | "a comma or ]"
  | "a comma or }"
  | "the end of the file";

const SPACE = /[ \t\r\n]*/y;
/** What may stand in a string as it is: no control character, double quote or backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/**
 * Finds the first place at which a text is not JSON, or undefined when it is JSON throughout. It
 * keeps its own stack, so that a deeply nested file cannot exhaust the program's.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ("[" | "{")[] = [];
  let state: State = "a value";
  let at = skip(SPACE, text, 0);
  while (state !== "the end of the file") {
    const step = takeToken(text, at, state, open);
    if ("expected" in step) return step;
    state = step.state;
    at = skip(SPACE, text, step.end);
  }
  return at === text.length ? undefined : { offset: at, expected: state };
}

type Step = { state: State; end: number } | JsonFault;

function takeToken(text: string, at: number, state: State, open: ("[" | "{")[]): Step {
  const character = text[at];
  if (character !== undefined && "]}".includes(character) && state.endsWith(` ${character}`)) {
    open.pop();
    return { state: afterValue(open), end: at + 1 };
  }
  if (state === "a colon") return take(character, ":", at, "a value", state);
  if (state === "a comma or ]") return take(character, ",", at, "a value", state);
  if (state === "a comma or }") return take(character, ",", at, "a key in double quotes", state);
  if (state === "a value" || state === "a value or ]") return takeValue(text, at, state, open);
  return character === '"' ? takeString(text, at, "a colon") : { offset: at, expected: state };
}

function take(
  found: string | undefined,
  wanted: string,
  at: number,
  next: State,
  state: State,
): Step {
  return found === wanted ? { state: next, end: at + 1 } : { offset: at, expected: state };
}

function takeValue(text: string, at: number, state: State, open: ("[" | "{")[]): Step {
  const character = text[at];
  if (character === "[" || character === "{") {
    open.push(character);
    return {
      state: character === "[" ? "a value or ]" : "a key in double quotes or }",
      end: at + 1,
    };
  }
  if (character === '"') return takeString(text, at, afterValue(open));
  const end = skip(SCALAR, text, at);
  return end > at ? { state: afterValue(open), end } : { offset: at, expected: state };
}

function takeString(text: string, start: number, next: State): Step {
  let at = skip(PLAIN, text, start + 1);
  while (text[at] === "\\") {
    const end = skip(ESCAPE, text, at);
    if (end === at) return { offset: at, expected: "a valid escape sequence" };
    at = skip(PLAIN, text, end);
  }
  if (text[at] === '"') return { state: next, end: at + 1 };
  return { offset: at, expected: "the closing double quote of the string" };
}

function afterValue(open: ("[" | "{")[]): State {
  const innermost = open.at(-1);
  if (innermost === undefined) return "the end of the file";
  return innermost === "[" ? "a comma or ]" : "a comma or }";
}

/** The end of what a sticky pattern matches at a place; the place itself when it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
