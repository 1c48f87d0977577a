-- To the address that the booking was made with, and to no other. An account keeps what it
-- has.
create or replace function app_private.mail_booking_link(request_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.booking_link_requests;
  v_booking app_public.bookings;
begin
  delete from app_private.booking_link_requests as r
  where r.id = mail_booking_link.request_id
  returning * into v_asked;
  -- A reference is unique within an organization.
  select b.* into v_booking
  from app_public.bookings as b
  where b.booking_reference = v_asked.booking_reference
    and b.customer_email operator(public.=) v_asked.email
    and app_private.is_live(b)
  order by b.id
  limit 1;
  if found and app_private.may_mail(
    v_asked.email::text, array['booking_link', 'booking_in_account']
  ) then
    perform app_private.mail_booking(
      v_booking,
      case when v_booking.user_id is null then 'booking_link' else 'booking_in_account' end
    );
  end if;
end
$$;

comment on function app_private.mail_booking_link(uuid) is
  'Mails whom a booking is for how they find it, as they asked: guests a link, others where it is.';
grant execute on function app_private.mail_booking_link(uuid) to lml_worker;
