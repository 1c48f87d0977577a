create or replace function app_public.price_as_of(
  ticket_category_id uuid, at timestamptz, audience app_public.price_audience default 'public'
)
returns app_public.past_price
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_category jsonb := coalesce(
    (
      select to_jsonb(c) from app_public.ticket_categories as c
      where c.id = price_as_of.ticket_category_id
    ),
    app_private.audited_row('ticket_categories', price_as_of.ticket_category_id)
  );
  v_id uuid;
  v_row jsonb;
  v_past app_public.past_price;
begin
  perform app_hidden.require_permission((v_category ->> 'organization_id')::uuid, 'audit.read');
  perform app_private.require_past(price_as_of.at);

  for v_id in
    select p.id from app_public.ticket_category_prices as p
    where p.organization_id = (v_category ->> 'organization_id')::uuid
      and p.ticket_category_id = price_as_of.ticket_category_id
    union
    select l.entity_id from app_public.audit_log as l
    where l.organization_id = (v_category ->> 'organization_id')::uuid
      and l.entity_type = 'ticket_category_prices'
      and l.old_values ->> 'ticket_category_id' = price_as_of.ticket_category_id::text
  loop
    v_row := app_private.row_as_of(
      'ticket_category_prices', v_id,
      (select to_jsonb(p) from app_public.ticket_category_prices as p where p.id = v_id),
      price_as_of.at
    );
    v_past := jsonb_populate_record(null::app_public.past_price, v_row);
    if v_past.ticket_category_id = price_as_of.ticket_category_id
      and v_past.audience = price_as_of.audience
      and v_past.valid_during @> price_as_of.at
    then
      v_past.price_id := v_id;
      v_past.as_of := price_as_of.at;
      return v_past;
    end if;
  end loop;
  return null;
end
$$;

comment on function app_public.price_as_of(uuid, timestamptz, app_public.price_audience) is
  'What a ticket of a category cost at a moment, as it was known then; null when it had no price. '
  'Needs audit.read. Raises LMAUT, LMSES, LMNFD, LMRGT, LMINP (the future, or what was dropped by '
  'retention).';
grant execute on function app_public.price_as_of(uuid, timestamptz, app_public.price_audience)
  to lml_user;
