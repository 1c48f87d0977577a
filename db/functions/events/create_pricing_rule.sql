create or replace function app_public.create_pricing_rule(
  ticket_category_id uuid, name text, condition app_public.pricing_condition,
  at_least numeric default 0, below numeric default null, percentage numeric default null,
  amount_cents bigint default null, floor_cents bigint default null,
  ceiling_cents bigint default null, round_to_cents bigint default null,
  sort_order integer default 1, idempotency_key text default null
)
returns app_public.pricing_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    create_pricing_rule.ticket_category_id
  );
  v_id uuid;
  v_rule app_public.pricing_rules;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_pricing_rule.idempotency_key, 'create_pricing_rule',
    jsonb_build_array(
      create_pricing_rule.ticket_category_id, create_pricing_rule.name,
      create_pricing_rule.condition, create_pricing_rule.at_least, create_pricing_rule.below,
      create_pricing_rule.percentage, create_pricing_rule.amount_cents,
      create_pricing_rule.floor_cents, create_pricing_rule.ceiling_cents,
      create_pricing_rule.round_to_cents, create_pricing_rule.sort_order
    )
  );
  if v_id is null then
    perform app_hidden.require_chargeable(
      create_pricing_rule.floor_cents, v_event.currency, 'floor_cents'
    );
    perform app_hidden.require_chargeable(
      create_pricing_rule.ceiling_cents, v_event.currency, 'ceiling_cents'
    );
    insert into app_public.pricing_rules (
      organization_id, ticket_category_id, name, sort_order, condition, at_least, below, percentage,
      amount_cents, floor_cents, ceiling_cents, round_to_cents
    )
    values (
      v_event.organization_id, create_pricing_rule.ticket_category_id, create_pricing_rule.name,
      create_pricing_rule.sort_order, create_pricing_rule.condition,
      coalesce(create_pricing_rule.at_least, 0), create_pricing_rule.below,
      create_pricing_rule.percentage, create_pricing_rule.amount_cents,
      create_pricing_rule.floor_cents, create_pricing_rule.ceiling_cents,
      create_pricing_rule.round_to_cents
    )
    returning id into v_id;
    perform app_private.keep_result(create_pricing_rule.idempotency_key, v_id);
  end if;
  select * into strict v_rule from app_public.pricing_rules as r where r.id = v_id;
  return v_rule;
exception
  when numeric_value_out_of_range then
    raise exception 'A number of the rule is out of range.'
      using errcode = 'LMINP', detail = 'at_least, below, percentage, sort_order';
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_pricing_rule(
  uuid, text, app_public.pricing_condition, numeric, numeric, numeric, bigint, bigint, bigint,
  bigint, integer, text
) is
  'From here on, new holds of a category cost more or less while a percentage is sold, or from '
  'some hours before the start: by percent of the price so far, or an amount; positive raises. '
  'Rules apply by sort_order, then in the order in which they were made. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.create_pricing_rule(
  uuid, text, app_public.pricing_condition, numeric, numeric, numeric, bigint, bigint, bigint,
  bigint, integer, text
) to lml_user;
