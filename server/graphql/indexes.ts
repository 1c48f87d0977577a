/** The prices of a category for an audience are asked for within that category. */
const reviewed: ReadonlySet<string> = new Set(["ticket_category_prices.audience"]);

/**
 * What everybody may read is filtered and ordered only by what an index begins with, after the organization perhaps.
 * PostGraphile offers every column that stands anywhere in an index: each of the others was a way to have a whole table
 * read and sorted, such as all seats of all halls by the names of their rows, which nobody needs and anybody could ask
 * for, twenty times in a request.
 */
export const IndexesPlugin: GraphileConfig.Plugin = {
  name: "LmlIndexesPlugin",
  version: "1.0.0",
  gather: {
    hooks: {
      pgCodecs_attribute(_info, { attribute, pgAttribute }) {
        const table = pgAttribute.getClass();
        const column = pgAttribute.attname;
        if (table?.relkind !== "r" || column === "organization_id") return;
        if (reviewed.has(`${table.relname}.${column}`)) return;
        const isPublic = [...table.getACL(), ...pgAttribute.getACL()].some(
          ({ role, select }) => role === "lml_anonymous" && select === true,
        );
        const leads = table.getIndexes().some((index) => {
          const [first, second] = index.getKeys().map((key) => key?.attname);
          return (
            index.indpred == null &&
            (column === first || (column === second && first === "organization_id"))
          );
        });
        if (isPublic && !leads) {
          attribute.extensions = { ...attribute.extensions, isIndexed: false };
        }
      },
    },
  },
};
