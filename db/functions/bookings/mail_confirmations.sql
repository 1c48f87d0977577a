-- A row goes in the transaction that queues its mail: whenever the worker dies, it is both or
-- neither. What was canceled or returned meanwhile has mails of its own.
create or replace function app_private.mail_confirmations(batch_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    with due as (
      delete from app_private.booking_confirmations as c
      where c.booking_id = any (array(
        select w.booking_id
        from app_private.booking_confirmations as w
        order by w.booking_id
        limit mail_confirmations.batch_limit
        for update skip locked
      ))
      returning c.booking_id
    )
    select b.*
    from due as d
    join app_public.bookings as b on b.id = d.booking_id
  loop
    v_count := v_count + 1;
    if v_booking.status in ('partially_paid', 'confirmed', 'completed') then
      perform app_private.mail_booking(
        v_booking,
        case v_booking.status
          when 'partially_paid' then 'booking_deposit_paid' else 'booking_confirmed'
        end,
        app_private.confirmation_words(v_booking)
      );
    end if;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_confirmations(integer) is
  'Has those mailed whose bookings were sold, each once; returns how many bookings it looked at.';
grant execute on function app_private.mail_confirmations(integer) to lml_worker;
