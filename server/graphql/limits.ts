import { depthLimit } from "@graphile/depth-limit";
import {
  getNamedType,
  GraphQLError,
  isObjectType,
  Kind,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "postgraphile/graphql";
import { pageSize } from "./shape.ts";

/** What one request may ask for. */
export const requestLimits = {
  /** How many selection sets inside each other. */
  depth: 16,
  /** How many lists inside each other. */
  listDepth: 4,
  /** How many fields at the root of an operation, whatever their aliases. */
  rootFields: 20,
  /** How often the same mutation in one request. */
  sameMutation: 10,
  /** How many fields in all, with fragments counted wherever they are used. */
  fields: 1_000,
  /** How many rows all pages together may hold, if all of them were full. */
  rows: 20_000,
  /** How long the text of an operation may be. Variables are not part of it. */
  textLength: 100_000,
} as const;

/** The rules that every operation must pass before it is planned. */
export const limitRules: readonly ValidationRule[] = [
  withCode(
    "LMDPT",
    depthLimit({
      maxDepth: requestLimits.depth,
      maxListDepth: requestLimits.listDepth,
      // What GraphiQL and code generators send.
      maxIntrospectionDepth: 16,
      maxDepthByFieldCoordinates: { "__Type.ofType": 10 },
      revealDetails: true,
    }),
  ),
  costRule,
];

/** How many rows a page was asked to hold: a number, or the value of a variable. */
type PageSize = number | { readonly variable: string };

/** What a selection costs, its fragments not yet put in. */
interface Cost {
  fields: number;
  readonly pages: { readonly size: PageSize; readonly inner: Cost }[];
  readonly fragments: string[];
}

/** The costs of a document that passed: what they are with certain variables is known when these are. */
interface DocumentCost {
  readonly operations: ReadonlyMap<string, OperationCost>;
  readonly fragments: ReadonlyMap<string, Cost>;
}

interface OperationCost {
  readonly cost: Cost;
  /** What its variables are when they are not sent. */
  readonly defaults: ReadonlyMap<string, number>;
}

const costs = new WeakMap<DocumentNode, DocumentCost>();

/**
 * What is wrong with the pages of an operation, given its variables; undefined when nothing is. The costs were taken when
 * the document was validated, which happens once for all requests that send the same one.
 */
export function pageError(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): GraphQLError | undefined {
  const known = costs.get(document);
  const [only] = known?.operations.values() ?? [];
  const operation = operationName == null ? only : known?.operations.get(operationName);
  if (known === undefined || operation === undefined) return undefined;
  const counted = new Map<string, number>();
  const valueOf = (name: string): unknown =>
    variables?.[name] ?? operation.defaults.get(name) ?? pageSize.standard;
  const rowsOf = ({ pages, fragments }: Cost): number => {
    let rows = 0;
    for (const { size, inner } of pages) {
      const first = typeof size === "number" ? size : valueOf(size.variable);
      if (!isPageSize(first)) throw pageSizeError(first);
      rows += first * (1 + rowsOf(inner));
    }
    for (const name of fragments) {
      let more = counted.get(name);
      if (more === undefined) {
        // A fragment that contains itself is refused by another rule; it must not count for ever.
        counted.set(name, 0);
        const fragment = known.fragments.get(name);
        more = fragment === undefined ? 0 : rowsOf(fragment);
        counted.set(name, more);
      }
      rows += more;
    }
    return rows;
  };
  try {
    const rows = rowsOf(operation.cost);
    return rows > requestLimits.rows
      ? tooComplex(`The pages together may hold ${rows} rows, and at most ${requestLimits.rows}`)
      : undefined;
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** Refuses what asks for too much, and notes what its pages cost for when the variables are known. */
function costRule(context: ValidationContext): ASTVisitor {
  return {
    Document: {
      leave(document) {
        const schema = context.getSchema();
        const fragments = new Map<string, Cost>();
        const operations = new Map<string, OperationCost>();
        const definitions = new Map<string, FragmentDefinitionNode>();
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION) {
            definitions.set(definition.name.value, definition);
            const type = schema.getType(definition.typeCondition.name.value);
            fragments.set(definition.name.value, costOf(definition.selectionSet, type));
          }
        }
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
          const type = schema.getRootType(definition.operation);
          const cost = costOf(definition.selectionSet, type ?? undefined);
          operations.set(definition.name?.value ?? "", { cost, defaults: defaultsOf(definition) });
          const roots = rootFields(definition.selectionSet, definitions);
          if (roots.total > requestLimits.rootFields) {
            context.reportError(
              tooComplex(`An operation has at most ${requestLimits.rootFields} fields at its root`),
            );
          }
          if (definition.operation === "mutation" && roots.most > requestLimits.sameMutation) {
            context.reportError(
              tooComplex(
                `One request repeats a mutation at most ${requestLimits.sameMutation} times`,
              ),
            );
          }
          if (fieldsOf(cost, fragments, new Map()) > requestLimits.fields) {
            context.reportError(
              tooComplex(`An operation has at most ${requestLimits.fields} fields`),
            );
          }
        }
        costs.set(document, { operations, fragments });
        // Sizes that stand in the document itself can be told before it runs.
        for (const cost of [
          ...[...operations.values()].map((operation) => operation.cost),
          ...fragments.values(),
        ]) {
          for (const size of literalSizes(cost)) {
            if (!isPageSize(size)) context.reportError(pageSizeError(size));
          }
        }
      },
    },
  };
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Map<string, number> {
  const defaults = new Map<string, number>();
  for (const { variable, defaultValue } of variableDefinitions) {
    if (defaultValue?.kind === Kind.INT) {
      defaults.set(variable.name.value, Number(defaultValue.value));
    }
  }
  return defaults;
}

function costOf(selections: SelectionSetNode, type: GraphQLNamedType | undefined): Cost {
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

function fieldsOf(
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
function rootFields(
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

function* literalSizes({ pages }: Cost): Generator<number> {
  for (const { size, inner } of pages) {
    if (typeof size === "number") yield size;
    yield* literalSizes(inner);
  }
}

/** Whether a page may be that long. What is no number at all is refused with its type. */
function isPageSize(size: unknown): size is number {
  return typeof size === "number" && size >= 0 && size <= pageSize.max;
}

function pageSizeError(size: unknown): GraphQLError {
  return new GraphQLError(`A page holds 0 to ${pageSize.max} rows, not ${String(size)}.`, {
    extensions: { code: "LMPGS", hint: "Read the next page with after: endCursor." },
  });
}

function tooComplex(message: string): GraphQLError {
  return new GraphQLError(`${message}.`, {
    extensions: { code: "LMCPX", hint: "Send several requests, or ask for less in each." },
  });
}

/** A rule whose errors carry one of our codes. */
function withCode(code: string, rule: ValidationRule): ValidationRule {
  return (context) =>
    rule(
      Object.create(context, {
        reportError: {
          value: (error: GraphQLError) =>
            context.reportError(
              new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions: { code } }),
            ),
        },
      }) as ValidationContext,
    );
}
