-- A row goes in the transaction that queues its mail: whenever the worker dies, it is both or
-- neither. One whose mail cannot be written stays, and keeps no other one from its reader; so does
-- one that is disputed, as nobody knows whether it will have been sold. One that somebody works on
-- is left for the next minute: who is told of a deposit just while the rest is paid would not be
-- told of the tickets, as the row of that sale is there already, and goes with this mail.
create or replace function app_private.mail_confirmations(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select b.*
    from app_private.booking_confirmations as c
    join app_public.bookings as b on b.id = c.booking_id
    where (c.retry_at is null or c.retry_at <= now())
      and b.status <> 'disputed'
    order by c.booking_id
    limit mail_confirmations.batch_limit
    for update of c skip locked
    for share of b skip locked
  loop
    v_count := v_count + 1;
    begin
      perform app_private.mail_confirmation(v_booking);
      delete from app_private.booking_confirmations as c where c.booking_id = v_booking.id;
    exception when others then
      update app_private.booking_confirmations as c
      set retry_at = now() + interval '10 minutes', error_code = sqlstate
      where c.booking_id = v_booking.id;
    end;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_confirmations(integer) is
  'Has those mailed whose bookings were sold, each once; returns how many bookings it looked at.';
grant execute on function app_private.mail_confirmations(integer) to lml_worker;
