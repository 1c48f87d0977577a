-- What is no object has no parts: it is refused by the constraint that says so, and not by an error
-- of the operator that takes parts away.
alter table app_public.organizations
  drop constraint organizations_address_has_known_parts,
  add constraint organizations_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
    end
  );
alter table app_public.customers
  drop constraint customers_address_has_known_parts,
  add constraint customers_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['line1', 'line2', 'city', 'state', 'postal_code', 'country'] = '{}'
    end
  );
alter table app_public.venues
  drop constraint venues_address_has_known_parts,
  add constraint venues_address_has_known_parts check (
    case when jsonb_typeof(address) = 'object'
      then address - array['street', 'street2', 'city', 'state', 'postal_code', 'country'] = '{}'
        and not address @? '$.* ? (@.type() != "string" || @ == "")'
    end
  );
