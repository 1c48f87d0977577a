create or replace function app_public.create_discount_code(
  event_id uuid, code text, percentage numeric default null, amount_cents bigint default null,
  ticket_category_id uuid default null, quantity_min integer default 1,
  subtotal_min_cents bigint default 0, uses_max integer default null,
  uses_per_customer_max integer default null, valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.discount_codes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_discount_code.event_id, 'events.manage'
  );
  v_id uuid;
  v_code app_public.discount_codes;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_discount_code.idempotency_key, 'create_discount_code',
    jsonb_build_array(
      create_discount_code.event_id, create_discount_code.code, create_discount_code.percentage,
      create_discount_code.amount_cents, create_discount_code.ticket_category_id,
      create_discount_code.quantity_min, create_discount_code.subtotal_min_cents,
      create_discount_code.uses_max, create_discount_code.uses_per_customer_max,
      create_discount_code.valid_from, create_discount_code.valid_until
    )
  );
  if v_id is null then
    if create_discount_code.ticket_category_id is not null and not exists (
      select from app_public.ticket_categories as c
      where c.organization_id = v_event.organization_id
        and c.event_id = v_event.id
        and c.id = create_discount_code.ticket_category_id
    ) then
      raise exception 'There is no such category of the event.'
        using errcode = 'LMNFD', detail = 'ticket_category_id';
    end if;
    perform app_hidden.require_chargeable(
      create_discount_code.amount_cents, v_event.currency, 'amount_cents'
    );
    insert into app_public.discount_codes (
      organization_id, event_id, currency, ticket_category_id, code, percentage, amount_cents,
      quantity_min, subtotal_min_cents, uses_max, uses_per_customer_max, valid_during
    )
    values (
      v_event.organization_id, v_event.id, v_event.currency,
      create_discount_code.ticket_category_id, trim(create_discount_code.code),
      create_discount_code.percentage, create_discount_code.amount_cents,
      coalesce(create_discount_code.quantity_min, 1),
      coalesce(create_discount_code.subtotal_min_cents, 0), create_discount_code.uses_max,
      create_discount_code.uses_per_customer_max,
      app_hidden.time_span(create_discount_code.valid_from, create_discount_code.valid_until)
    )
    on conflict on constraint discount_codes_code_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has such a code.' using errcode = 'LMINP', detail = 'code';
    end if;
    perform app_private.keep_result(create_discount_code.idempotency_key, v_id);
  end if;
  select * into strict v_code from app_public.discount_codes as c where c.id = v_id;
  return v_code;
exception
  when numeric_value_out_of_range then
    raise exception 'A percentage is at most 100.' using errcode = 'LMINP', detail = 'percentage';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_discount_code(
  uuid, text, numeric, bigint, uuid, integer, bigint, integer, integer, timestamptz, timestamptz,
  text
) is
  'A code that takes a percentage off the tickets of a booking, or an amount off all of them '
  'together, in the event''s currency. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.create_discount_code(
  uuid, text, numeric, bigint, uuid, integer, bigint, integer, integer, timestamptz, timestamptz,
  text
) to lml_user;
