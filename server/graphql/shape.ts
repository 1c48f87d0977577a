import { changeNullability } from "postgraphile/utils";

/** How many rows a connection gives when it is not told, and how many it gives at most. */
export const pageSize = { standard: 50, max: 100 } as const;

/** Gives the schema the shape of an API: bounded pages, results that are there, arguments without gaps. */
export const ShapePlugin: GraphileConfig.Plugin = {
  name: "LmlShapePlugin",
  version: "1.0.0",
  // When the arguments exist.
  after: ["PgFirstLastBeforeAfterArgsPlugin", "PgCustomTypeFieldPlugin"],
  schema: {
    entityBehavior: {
      pgResourceUnique: {
        inferred: {
          provides: ["lmlAccessors"],
          before: ["override"],
          // The id alone finds the row. The keys that carry it along are there for foreign keys.
          callback: (behavior, [, unique]) =>
            unique.isPrimary || !unique.attributes.includes("id")
              ? [behavior]
              : [behavior, "-query:resource:single"],
        },
      },
    },
    hooks: {
      GraphQLObjectType_fields_field_args: {
        provides: ["lmlPages"],
        after: ["PgFirstLastBeforeAfterArgsPlugin"],
        callback(args, build, { scope }) {
          const { first, offset: _offset, ...rest } = args;
          if (scope.isPgFieldConnection !== true || first === undefined) return args;
          const { GraphQLInt, GraphQLNonNull } = build.graphql;
          // Skipping rows costs as much as reading them: cursors do not.
          return {
            ...rest,
            first: {
              ...first,
              type: new GraphQLNonNull(GraphQLInt),
              defaultValue: pageSize.standard,
              description: `How many to read, at most ${pageSize.max}.`,
            },
          };
        },
      },
      GraphQLObjectType_fields_field(field, build, { scope }) {
        const { GraphQLNonNull, isNullableType } = build.graphql;
        // A mutation returns its result or raises an error.
        return scope.isMutationPayload === true &&
          scope.fieldName !== "clientMutationId" &&
          isNullableType(field.type)
          ? { ...field, type: new GraphQLNonNull(field.type) }
          : field;
      },
      GraphQLInputObjectType_fields_field(field, build) {
        const { GraphQLList, GraphQLNonNull, isListType, isNonNullType, isNullableType } =
          build.graphql;
        const list = isNonNullType(field.type) ? field.type.ofType : field.type;
        if (!isListType(list) || !isNullableType(list.ofType)) return field;
        const whole = new GraphQLList(new GraphQLNonNull(list.ofType));
        return { ...field, type: isNonNullType(field.type) ? new GraphQLNonNull(whole) : whole };
      },
    },
  },
};

/** A column of a composite type cannot be declared not null in SQL: these never are. */
export const NullabilityPlugin: GraphileConfig.Plugin = changeNullability({
  SeatMap: { performanceId: "!", layoutId: "!", layoutSha256: "!" },
  ScanList: { document: "!", signature: "!" },
  ScannerRegistration: { deviceId: "!", deviceToken: "!" },
  MergedScan: { scanId: "!", result: "!", isDouble: "!" },
  TicketOffer: { eventTitle: "!", expiresAt: "!" },
  PaymentSession: { bookingId: "!", status: "!", amountCents: "!", currency: "!" },
  // In SQL it follows an argument that may be left out, and so may be, too.
  CreatePerformanceInput: { startsAt: "!" },
  BookingTotals: {
    commissionAmountCents: "!",
    discountCents: "!",
    payoutCents: "!",
    processingFeeCents: "!",
    serviceFeeCents: "!",
    subtotalCents: "!",
    taxCents: "!",
    totalAmountCents: "!",
  },
});
