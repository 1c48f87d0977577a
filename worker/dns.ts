import { Resolver } from "node:dns/promises";

/** The values of a name's TXT records; none when it has none. Rejects when nobody can tell now. */
export type ResolveTxt = (name: string) => Promise<readonly string[]>;

/** There is no such name, or no such record: an answer, not a failure. */
const absent: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA"]);

/** Asks the machine's name servers. */
export const resolveTxt: ResolveTxt = async (name) => {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  try {
    const records = await resolver.resolveTxt(name);
    // A long value comes in pieces of 255 bytes.
    return records.map((pieces) => pieces.join(""));
  } catch (error) {
    if (error instanceof Error && "code" in error && absent.has(error.code)) return [];
    throw error;
  }
};
