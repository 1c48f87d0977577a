-- The booking first, as everywhere; one that somebody works on is left for the next hour. Nobody
-- has to pay for what has no day: of a date that was postponed, nothing is due until it has one.
create or replace function app_private.follow_up_installments(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select b.*
    from app_public.bookings as b
    where b.status = 'partially_paid'
      and not exists (
        select from app_public.performances as p
        where p.organization_id = b.organization_id and p.id = b.performance_id
          and p.status = 'postponed'
      )
      and (b.organization_id, b.id) in (
        select s.organization_id, s.booking_id
        from app_public.booking_payment_schedule as s
        where (s.status = 'pending' and s.reminded_at is null and s.remind_at <= now())
          or (s.status = 'pending' and s.due_at <= now())
          or (s.status = 'overdue' and s.cancel_at <= now() and not exists (
            select from app_public.payment_intents as p
            where p.organization_id = s.organization_id and p.schedule_id = s.id
              and p.status = 'processing'
          ))
      )
    order by b.id
    limit follow_up_installments.batch_limit
    for no key update of b skip locked
  loop
    perform app_private.follow_up_booking(v_booking);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.follow_up_installments(integer) is
  'Reminds of installments, tells of overdue ones, and ends bookings whose grace has run out; '
  'returns how many bookings it looked at, 0 when it is done.';
grant execute on function app_private.follow_up_installments(integer) to lml_worker;
