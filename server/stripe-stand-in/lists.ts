import { invalidRequest } from "./errors.ts";

/** The parameters of a list, parsed. */
export interface Page {
  created?:
    | {
        gt?: number | undefined;
        gte?: number | undefined;
        lt?: number | undefined;
        lte?: number | undefined;
      }
    | undefined;
  ending_before?: string | undefined;
  limit?: number | undefined;
  starting_after?: string | undefined;
}

/** The one kind of search query that we use. */
const METADATA_QUERY = /^metadata\['([^']+)'\]:'([^']*)'$/;

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

function within(created: number, range: Page["created"]): boolean {
  return (
    range === undefined ||
    ((range.gt === undefined || created > range.gt) &&
      (range.gte === undefined || created >= range.gte) &&
      (range.lt === undefined || created < range.lt) &&
      (range.lte === undefined || created <= range.lte))
  );
}

function position(rows: readonly { id: string }[], id: string, param: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1) {
    throw invalidRequest(`No such object: '${id}'`, { code: "resource_missing", param });
  }
  return index;
}

/** One page of rows that are given the newest first, in Stripe's list object. */
export function listPage<T extends { id: string; created: number }>(
  url: string,
  newestFirst: readonly T[],
  page: Page,
): { object: "list"; data: T[]; has_more: boolean; url: string } {
  const limit = page.limit ?? LIMIT_DEFAULT;
  if (limit < 1 || limit > LIMIT_MAX) {
    throw invalidRequest(`This value must be between 1 and ${LIMIT_MAX}.`, { param: "limit" });
  }
  const rows = newestFirst.filter((row) => within(row.created, page.created));
  if (page.ending_before !== undefined) {
    const end = position(rows, page.ending_before, "ending_before");
    const start = Math.max(0, end - limit);
    return { object: "list", data: rows.slice(start, end), has_more: start > 0, url };
  }
  const start =
    page.starting_after === undefined
      ? 0
      : position(rows, page.starting_after, "starting_after") + 1;
  const data = rows.slice(start, start + limit);
  return { object: "list", data, has_more: start + data.length < rows.length, url };
}

/** The rows that have in these fields what a request asks for, if it asks. */
export function matching<Name extends string, Row extends { readonly [Key in Name]?: unknown }>(
  rows: readonly Row[],
  params: { readonly [Key in Name]?: unknown },
  ...names: readonly Name[]
): Row[] {
  return rows.filter((row) =>
    names.every((name) => params[name] === undefined || params[name] === row[name]),
  );
}

interface Searched {
  created: number;
  metadata: Record<string, string>;
}

/** Rows that are given the newest first, by their metadata. The newest are not found yet, as at Stripe. */
export function searchPage<T extends Searched>(
  url: string,
  newestFirst: readonly T[],
  { query, limit }: { query: string; limit?: number | undefined },
  until: number,
): { object: "search_result"; data: T[]; has_more: false; next_page: null; url: string } {
  const [, key = "", value] = METADATA_QUERY.exec(query) ?? [];
  if (value === undefined) {
    throw invalidRequest("The stand-in searches for metadata['key']:'value' only.", {
      param: "query",
    });
  }
  const found = newestFirst.filter((row) => row.metadata[key] === value && row.created <= until);
  return {
    object: "search_result",
    data: found.slice(0, limit ?? LIMIT_DEFAULT),
    has_more: false,
    next_page: null,
    url,
  };
}
