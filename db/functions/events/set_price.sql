-- The new price takes its period from those that had it, which end before it and, where they went
-- on, begin again after it: so an early-bird price is one call, and no moment has two prices. What
-- has been is never changed: explanations of what was sold rest on it.
create or replace function app_public.set_price(
  ticket_category_id uuid, price_cents bigint,
  audience app_public.price_audience default 'public', valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.ticket_category_prices
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(set_price.ticket_category_id);
  v_during tstzrange;
  v_id uuid;
  v_price app_public.ticket_category_prices;
  v_old app_public.ticket_category_prices;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    set_price.idempotency_key, 'set_price',
    jsonb_build_array(
      set_price.ticket_category_id, set_price.price_cents, set_price.audience,
      set_price.valid_from, set_price.valid_until
    )
  );
  if v_id is null then
    perform app_private.require_ongoing_event(v_event);
    v_during := app_hidden.time_span(
      greatest(set_price.valid_from, now()), set_price.valid_until
    );
    for v_old in
      delete from app_public.ticket_category_prices as p
      where p.organization_id = v_event.organization_id
        and p.ticket_category_id = set_price.ticket_category_id
        and p.audience = set_price.audience
        and p.valid_during && v_during
      returning p.*
    loop
      insert into app_public.ticket_category_prices (
        id, organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
      )
      select
        case when r.ordinality = 1 then v_old.id else uuidv7() end, v_old.organization_id,
        v_old.ticket_category_id, v_old.audience, v_old.price_cents, r.rest, v_old.is_public
      from unnest(tstzmultirange(v_old.valid_during) - tstzmultirange(v_during))
        with ordinality as r (rest, ordinality);
    end loop;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
    )
    select
      c.organization_id, c.id, set_price.audience, set_price.price_cents, v_during, c.is_public
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.id = set_price.ticket_category_id
    returning id into v_id;
    perform app_private.keep_result(set_price.idempotency_key, v_id);
  end if;
  select * into v_price from app_public.ticket_category_prices as p where p.id = v_id;
  return v_price;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) is
  'What tickets of a category cost an audience from a moment on, now at the earliest, until '
  'another one or for good. Prices of that time make way, and come back after it. What is held '
  'keeps its price. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.set_price(
  uuid, bigint, app_public.price_audience, timestamptz, timestamptz, text
) to lml_user;
