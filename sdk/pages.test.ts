// If this failed, a list would lack items, repeat them, or be fetched further than anybody looked.
import { expect, test } from "vitest";
import { Paged } from "./index.ts";

function numbers(count: number, size: number): { list: Paged<number>; fetched: (string | null)[] } {
  const fetched: (string | null)[] = [];
  const list = new Paged(async (after) => {
    fetched.push(after);
    const start = Number(after ?? 0);
    const items = Array.from({ length: Math.min(size, count - start) }, (_, i) => start + i);
    return { items, next: start + size < count ? String(start + size) : null };
  });
  return { list, fetched };
}

test("all items come in order, over all pages", async () => {
  const { list, fetched } = numbers(7, 3);
  const items: number[] = [];
  for await (const item of list) items.push(item);
  expect(items).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(fetched).toEqual([null, "3", "6"]);
});

test("a page is fetched when it is asked for, and no sooner", async () => {
  const { list, fetched } = numbers(100, 10);
  expect(fetched).toEqual([]);
  expect(await list.toArray(10)).toHaveLength(10);
  expect(fetched).toEqual([null]);
  expect(await list.toArray(0)).toEqual([]);
  expect(fetched).toEqual([null]);
});

test("pages can be walked by cursor, and the walk begun again", async () => {
  const { list } = numbers(5, 2);
  const first = await list.page();
  expect(first).toEqual({ items: [0, 1], next: "2" });
  expect(await list.page(first.next)).toEqual({ items: [2, 3], next: "4" });
  const sizes: number[] = [];
  for await (const { items } of list.pages()) sizes.push(items.length);
  expect(sizes).toEqual([2, 2, 1]);
  expect(await list.toArray(100)).toEqual([0, 1, 2, 3, 4]);
});

test("an empty list has one empty page", async () => {
  const { list } = numbers(0, 2);
  expect(await list.toArray(10)).toEqual([]);
});
