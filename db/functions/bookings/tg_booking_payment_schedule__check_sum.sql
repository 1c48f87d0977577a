-- At the end of each transaction, for a check constraint cannot see other rows.
create or replace function app_hidden.tg_booking_payment_schedule__check_sum()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_row jsonb := to_jsonb(coalesce(new, old));
  v_booking_id uuid := coalesce(v_row ->> 'booking_id', v_row ->> 'id')::uuid;
begin
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select sum(s.amount_cents) as total
      from app_public.booking_payment_schedule as s
      where s.organization_id = b.organization_id and s.booking_id = b.id
    ) as s
    where b.organization_id = (v_row ->> 'organization_id')::uuid
      and b.id = v_booking_id
      and s.total <> b.total_amount_cents
  ) then
    raise exception 'The parts of booking % are not its total.', v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_booking_payment_schedule__check_sum() is
  'Raises LMSUM at commit.';

drop trigger if exists _900_check_sum on app_public.booking_payment_schedule;
create constraint trigger _900_check_sum
  after insert or update of amount_cents or delete on app_public.booking_payment_schedule
  deferrable initially deferred
  for each row execute function app_hidden.tg_booking_payment_schedule__check_sum();

drop trigger if exists _900_check_parts on app_public.bookings;
create constraint trigger _900_check_parts
  after update of total_amount_cents on app_public.bookings
  deferrable initially deferred
  for each row when (new.payment_plan_id is not null)
  execute function app_hidden.tg_booking_payment_schedule__check_sum();
