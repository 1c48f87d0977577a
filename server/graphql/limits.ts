import { depthLimit } from "@graphile/depth-limit";
import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationContext,
  type ValidationRule,
} from "postgraphile/graphql";
import { costOf, fieldsOf, literalSizes, rootFields, type Cost } from "./query-cost.ts";
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

/** The costs of a document: what they are with certain variables is known when these are. */
interface DocumentCost {
  readonly operations: readonly OperationCost[];
  readonly fragments: ReadonlyMap<string, Cost>;
}

interface OperationCost {
  readonly definition: OperationDefinitionNode;
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
  const operation = known?.operations.find(
    ({ definition }) => operationName == null || (definition.name?.value ?? "") === operationName,
  );
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
        const cost = documentCost(context.getSchema(), document);
        costs.set(document, cost);
        for (const error of excesses(document, cost)) context.reportError(error);
      },
    },
  };
}

function documentCost(schema: GraphQLSchema, { definitions }: DocumentNode): DocumentCost {
  const fragments = new Map<string, Cost>();
  const operations: OperationCost[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const type = schema.getType(definition.typeCondition.name.value);
      fragments.set(definition.name.value, costOf(definition.selectionSet, type));
    } else if (definition.kind === Kind.OPERATION_DEFINITION) {
      const type = schema.getRootType(definition.operation);
      const cost = costOf(definition.selectionSet, type ?? undefined);
      operations.push({ definition, cost, defaults: defaultsOf(definition) });
    }
  }
  return { operations, fragments };
}

/** What of a document is too much, whatever its variables are. */
function* excesses(
  { definitions }: DocumentNode,
  { operations, fragments }: DocumentCost,
): Generator<GraphQLError> {
  const named = new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition]),
  );
  for (const { definition, cost } of operations) {
    const roots = rootFields(definition.selectionSet, named);
    if (roots.total > requestLimits.rootFields) {
      yield tooComplex(`An operation has at most ${requestLimits.rootFields} fields at its root`);
    }
    if (definition.operation === "mutation" && roots.most > requestLimits.sameMutation) {
      yield tooComplex(
        `One request repeats a mutation at most ${requestLimits.sameMutation} times`,
      );
    }
    if (fieldsOf(cost, fragments, new Map()) > requestLimits.fields) {
      yield tooComplex(`An operation has at most ${requestLimits.fields} fields`);
    }
  }
  for (const cost of [...operations.map((operation) => operation.cost), ...fragments.values()]) {
    for (const size of literalSizes(cost)) if (!isPageSize(size)) yield pageSizeError(size);
  }
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

/** A rule whose errors carry one of our codes, if they have none. */
export function withCode(code: string, rule: ValidationRule): ValidationRule {
  return (context) =>
    rule(
      Object.create(context, {
        reportError: {
          value: (error: GraphQLError) =>
            context.reportError(
              new GraphQLError(error.message, {
                nodes: error.nodes ?? null,
                extensions: { code, ...error.extensions },
              }),
            ),
        },
      }) as ValidationContext,
    );
}
