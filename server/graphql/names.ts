/** What mutations that return no row call their result. */
const resultNames: Readonly<Record<string, string>> = {
  acquire_seat_lock: "acquired",
  choose_payment: "isKept",
  create_cart_token: "cartToken",
  create_event_access_code: "code",
  create_performances: "performances",
  export_customer_data: "data",
  export_my_data: "data",
  decline_ticket: "declined",
  leave_organization: "left",
  release_seat_lock: "released",
  remove_member: "removed",
  revoke_event_access_codes: "revoked",
  revoke_member_permission: "revoked",
  revoke_user_sessions: "sessionsEnded",
  revoke_venue_access: "revoked",
  sign_out: "signedOut",
  sign_out_everywhere: "sessionsEnded",
};

/** Columns that every composite key carries along: they say whose row it is, not which. */
const companions: ReadonlySet<string> = new Set(["organization_id", "currency"]);

/** `bookingItems` of a `booking` are its `items`, and `layoutSections` of a `venueLayout` its `sections`. */
function withoutOwner(name: string, owner: string): string {
  const lastWord = /[A-Z]?[a-z]+$/.exec(owner)?.[0].toLowerCase() ?? owner;
  for (const prefix of [owner, lastWord]) {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (/^[A-Z]/.test(rest) && !rest.startsWith("By")) {
      return rest.charAt(0).toLowerCase() + rest.slice(1);
    }
  }
  return name;
}

/** Names the schema the way people would: `event.performances`, `booking.items`, `holdSeats { booking }`. */
export const NamesPlugin: GraphileConfig.Plugin = {
  name: "LmlNamesPlugin",
  version: "1.0.0",
  after: ["PgSimplifyInflectionPlugin"],
  inflection: {
    replace: {
      // There are no global object identifiers here, so the name is free for the row's own UUID.
      _attributeName(_previous, _preset, { codec, attributeName }) {
        const tag = codec.attributes[attributeName]?.extensions?.tags?.name;
        return this.coerceToGraphQLName(typeof tag === "string" ? tag : attributeName);
      },
      // (organization_id, event_id, currency) refers to an event; (..., layout_id, section_no) to a section.
      _getBaseNameFromKeys(previous, _preset, keys) {
        const telling = keys.filter(({ attributeName }) => !companions.has(attributeName));
        const last = telling.at(-1)?.attributeName ?? "";
        if (last.endsWith("_no")) return last.slice(0, -"_no".length);
        // (organization_id, venue_id, zone_id) refers to a zone, of the same venue.
        return previous?.(last.endsWith("_id") ? telling.slice(-1) : keys) ?? null;
      },
      // performances.layout_id refers to venue_layouts: the layout's performances need no longer name.
      _baseNameMatches(_previous, _preset, baseName, otherName) {
        const singular = this.upperCamelCase(this.singularize(otherName));
        return singular.endsWith(this.upperCamelCase(baseName));
      },
      // currency is the code itself, so the row it refers to has another name.
      singleRelation(previous, _preset, details) {
        const relation = details.registry.pgRelations[details.codec.name]?.[details.relationName];
        const [only, ...more] = relation?.localAttributes ?? [];
        if (relation !== undefined && only !== undefined && more.length === 0) {
          const remote = this._singularizedCodecName(relation.remoteResource.codec);
          if (only.endsWith(remote)) return this.camelCase(`${only}-details`);
          if (!only.endsWith("_id")) return this.camelCase(`${only}-${remote}`);
        }
        return previous?.(details) ?? "";
      },
      // A booking's booking_items are its items, and an organization's settings are one row.
      _manyRelation(previous, _preset, details) {
        return withoutOwner(
          previous?.(details) ?? "",
          this.camelCase(this._singularizedCodecName(details.codec)),
        );
      },
      singleRelationBackwards(previous, _preset, details) {
        const name = withoutOwner(
          previous?.(details) ?? "",
          this.camelCase(this._singularizedCodecName(details.codec)),
        );
        return name === "setting" ? "settings" : name;
      },
      // bookingByBookingReference(organizationId, bookingReference)
      rowByUnique(previous, preset, details) {
        const { unique, resource } = details;
        if (unique.isPrimary) return previous?.(details) ?? "";
        const telling = unique.attributes.filter((name) => !companions.has(name));
        const names = this._joinAttributeNames(resource.codec, telling);
        return this.camelCase(`${this._singularizedCodecName(resource.codec)}-by-${names}`);
      },
      // booking_totals is a sum of many, not one of them.
      _singularizedCodecName(previous, _preset, codec) {
        return codec.name.endsWith("booking_totals") || codec.name === "bookingTotals"
          ? "booking_totals"
          : (previous?.(codec) ?? codec.name);
      },
      // The payload of a function calls what it returns by its name.
      functionMutationResultFieldName(_previous, _preset, { resource }) {
        const named = resultNames[resource.name];
        if (named !== undefined || resource.codec.attributes === undefined)
          return named ?? "result";
        const name = this._singularizedCodecName(resource.codec);
        return this.camelCase(resource.isUnique ? name : this.pluralize(name));
      },
    },
  },
};
