import {
  getNamedType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type SelectionSetNode,
} from "postgraphile/graphql";
import { pageSize } from "./shape.ts";

/** How many rows a page was asked to hold: a number, or the value of a variable. */
export type PageSize = number | { readonly variable: string };

/** What a selection costs, its fragments not yet put in. */
export interface Cost {
  fields: number;
  readonly pages: { readonly size: PageSize; readonly inner: Cost }[];
  readonly fragments: string[];
}

/** What a selection on this type costs. */
export function costOf(selections: SelectionSetNode, type: GraphQLNamedType | undefined): Cost {
  const cost: Cost = { fields: 0, pages: [], fragments: [] };
  addSelections(cost, selections, type);
  return cost;
}

function addSelections(
  cost: Cost,
  { selections }: SelectionSetNode,
  type: GraphQLNamedType | undefined,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      cost.fragments.push(selection.name.value);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      // There are no abstract types here, so a condition on another type is refused elsewhere.
      addSelections(cost, selection.selectionSet, type);
    } else {
      cost.fields += 1;
      addField(cost, selection, isObjectType(type) ? type : undefined);
    }
  }
}

function addField(cost: Cost, node: FieldNode, parent: GraphQLObjectType | undefined): void {
  if (node.selectionSet === undefined) return;
  const field = parent?.getFields()[node.name.value];
  const type = field === undefined ? undefined : getNamedType(field.type);
  const first = field?.args.find(({ name }) => name === "first");
  if (first === undefined) {
    addSelections(cost, node.selectionSet, type);
    return;
  }
  const inner = costOf(node.selectionSet, type);
  cost.fields += inner.fields;
  cost.pages.push({ size: sizeOf(node), inner: { ...inner, fields: 0 } });
}

function sizeOf(node: FieldNode): PageSize {
  const value = node.arguments?.find(({ name }) => name.value === "first")?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  return value?.kind === Kind.VARIABLE ? { variable: value.name.value } : pageSize.standard;
}

/** How many fields a selection has with its fragments, each of which is counted once and kept. */
export function fieldsOf(
  cost: Cost,
  fragments: ReadonlyMap<string, Cost>,
  counted: Map<string, number>,
): number {
  let { fields } = cost;
  for (const { inner } of cost.pages) fields += fieldsOf(inner, fragments, counted);
  for (const name of cost.fragments) {
    let more = counted.get(name);
    if (more === undefined) {
      counted.set(name, 0);
      const fragment = fragments.get(name);
      more = fragment === undefined ? 0 : fieldsOf(fragment, fragments, counted);
      counted.set(name, more);
    }
    fields += more;
  }
  return fields;
}

/** How many fields an operation has at its root, and how often the one that it has most often. */
export function rootFields(
  root: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { total: number; most: number } {
  const times = new Map<string, number>();
  let total = 0;
  const seen = new Set<string>();
  const add = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        total += 1;
        times.set(selection.name.value, (times.get(selection.name.value) ?? 0) + 1);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(selection.selectionSet);
      } else if (!seen.has(selection.name.value)) {
        // The same fragment again adds the same answers, not others.
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) add(fragment.selectionSet);
      }
    }
  };
  add(root);
  return { total, most: Math.max(0, ...times.values()) };
}

/** How long the pages are whose size stands in the text. */
export function* literalSizes({ pages }: Cost): Generator<number> {
  for (const { size, inner } of pages) {
    if (typeof size === "number") yield size;
    yield* literalSizes(inner);
  }
}
