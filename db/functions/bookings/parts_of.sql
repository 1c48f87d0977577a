-- The deposit is due at once. What is left is shared out so that the parts
-- sum to the price exactly.
create or replace function app_private.parts_of(
  booking app_public.bookings, payment_plan_id uuid
)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_total bigint := (parts_of.booking).total_amount_cents;
  v_plan app_public.payment_plans;
  v_starts_at timestamptz;
  v_deposit bigint;
  v_last_day integer;
  v_part app_public.installment_quote;
begin
  select p.* into v_plan
  from app_public.payment_plans as p
  join app_public.performances as d
    on d.organization_id = p.organization_id and d.event_id = p.event_id
    and d.id = (parts_of.booking).performance_id
  where p.organization_id = (parts_of.booking).organization_id
    and p.id = parts_of.payment_plan_id;
  if v_plan.id is null then
    raise exception 'The event has no such payment plan.'
      using errcode = 'LMNFD', detail = format('%s', parts_of.payment_plan_id);
  end if;
  select d.starts_at into strict v_starts_at
  from app_public.performances as d where d.id = (parts_of.booking).performance_id;
  v_deposit := app_hidden.rounded(
    coalesce(v_plan.deposit_cents, v_total * v_plan.deposit_percentage / 100),
    (parts_of.booking).currency
  );
  v_last_day := (v_plan.installments - 1) * v_plan.interval_days;
  for v_part in
    select
      n,
      case
        when n = 0 then now()
        when v_plan.basis = 'purchase' then
          now() + make_interval(
            days => v_plan.first_due_days + (n - 1) * v_plan.interval_days
          )
        else
          v_starts_at - make_interval(
            days => greatest(v_plan.first_due_days, v_plan.last_due_days_before)
              + v_last_day - (n - 1) * v_plan.interval_days
          )
      end,
      case n
        when 0 then v_deposit
        else app_hidden.share_to_charge(
          v_total - v_deposit, n, v_plan.installments, (parts_of.booking).currency
        )
      end
    from generate_series(0, v_plan.installments) as n
  loop
    if v_plan.retired_at is not null
      and (parts_of.booking).payment_plan_id is distinct from v_plan.id
      or not app_hidden.fits_on_card(v_part.amount_cents, (parts_of.booking).currency)
      or (v_part.installment_no > 0 and v_part.due_at <= now() + interval '1 day')
      or v_part.due_at > v_starts_at - make_interval(days => v_plan.last_due_days_before)
      or exists (
        select from app_public.booking_items as i
        where i.organization_id = (parts_of.booking).organization_id
          and i.booking_id = (parts_of.booking).id
          and v_plan.ticket_category_id is not null
          and i.ticket_category_id is distinct from v_plan.ticket_category_id
      )
    then
      raise exception 'This payment plan is not for this booking, or not any more.'
        using errcode = 'LMPLN', detail = v_plan.id::text,
          hint = 'Choose another one, or pay at once.';
    end if;
    return next v_part;
  end loop;
end
$$;

comment on function app_private.parts_of(app_public.bookings, uuid) is
  'The parts in which a plan has a booking paid. Raises LMNFD, and LMPLN when the plan is retired, '
  'for another category, or there is not enough time for it, or too little or too much money for '
  'a card to be charged each part.';
