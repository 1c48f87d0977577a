create or replace function app_public.create_payment_plan(
  event_id uuid, name text, installments integer, deposit_percentage numeric default null,
  deposit_cents bigint default null, ticket_category_id uuid default null,
  basis app_public.payment_plan_basis default 'purchase', first_due_days integer default 30,
  interval_days integer default 30, last_due_days_before integer default 14,
  reminder_days integer default 7, grace_days integer default 7,
  overdue_action app_public.overdue_action default 'keep_deposit',
  idempotency_key text default null
)
returns app_public.payment_plans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_payment_plan.event_id, 'events.manage'
  );
  v_id uuid;
  v_plan app_public.payment_plans;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_payment_plan.idempotency_key, 'create_payment_plan',
    jsonb_build_array(
      create_payment_plan.event_id, create_payment_plan.name, create_payment_plan.installments,
      create_payment_plan.deposit_percentage, create_payment_plan.deposit_cents,
      create_payment_plan.ticket_category_id, create_payment_plan.basis,
      create_payment_plan.first_due_days, create_payment_plan.interval_days,
      create_payment_plan.last_due_days_before, create_payment_plan.reminder_days,
      create_payment_plan.grace_days, create_payment_plan.overdue_action
    )
  );
  if v_id is not null then
    select * into strict v_plan from app_public.payment_plans as p where p.id = v_id;
    return v_plan;
  end if;
  perform app_private.require_category_of(v_event, create_payment_plan.ticket_category_id);
  perform app_hidden.require_chargeable(
    create_payment_plan.deposit_cents, v_event.currency, 'deposit_cents'
  );
  insert into app_public.payment_plans as p (
    organization_id, event_id, ticket_category_id, name, deposit_percentage, deposit_cents,
    installments, basis, first_due_days, interval_days, last_due_days_before, reminder_days,
    grace_days, overdue_action
  )
  values (
    v_event.organization_id, v_event.id, create_payment_plan.ticket_category_id,
    create_payment_plan.name, create_payment_plan.deposit_percentage,
    create_payment_plan.deposit_cents, create_payment_plan.installments,
    create_payment_plan.basis, create_payment_plan.first_due_days,
    create_payment_plan.interval_days, create_payment_plan.last_due_days_before,
    create_payment_plan.reminder_days, create_payment_plan.grace_days,
    create_payment_plan.overdue_action
  )
  on conflict on constraint payment_plans_name_is_unique do nothing
  returning * into v_plan;
  if v_plan.id is null then
    raise exception 'The event has a plan of that name.'
      using errcode = 'LMINP', detail = 'name';
  end if;
  perform app_private.keep_result(create_payment_plan.idempotency_key, v_plan.id);
  return v_plan;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'A share is more than 0 and less than 100 percent.'
      using errcode = 'LMINP', detail = 'deposit_percentage';
end
$$;

comment on function app_public.create_payment_plan(
  uuid, text, integer, numeric, bigint, uuid, app_public.payment_plan_basis, integer, integer,
  integer, integer, integer, app_public.overdue_action, text
) is
  'Lets bookings of an event, or of one category of it, be paid in parts. Its terms never change: '
  'retire it and make another one. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMIDK, LMAUT, '
  'LMSES.';
grant execute on function app_public.create_payment_plan(
  uuid, text, integer, numeric, bigint, uuid, app_public.payment_plan_basis, integer, integer,
  integer, integer, integer, app_public.overdue_action, text
) to lml_user;
