create or replace function app_public.retire_payment_plan(payment_plan_id uuid)
returns app_public.payment_plans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_plan app_public.payment_plans;
begin
  perform app_private.lock_event(
    (
      select p.event_id from app_public.payment_plans as p
      where p.id = retire_payment_plan.payment_plan_id
    ),
    'events.manage'
  );
  update app_public.payment_plans as p
  set retired_at = coalesce(p.retired_at, now())
  where p.id = retire_payment_plan.payment_plan_id
  returning * into strict v_plan;
  return v_plan;
end
$$;

comment on function app_public.retire_payment_plan(uuid) is
  'Offers a plan no longer; bookings that have chosen it keep it. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.retire_payment_plan(uuid) to lml_user;
