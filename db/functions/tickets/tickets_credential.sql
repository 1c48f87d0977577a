create or replace function app_public.tickets_credential(ticket app_public.tickets)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_version integer;
begin
  select c.version into v_version
  from app_public.bookings as b
  join app_private.ticket_credentials as c
    on c.organization_id = b.organization_id
    and c.ticket_id = (tickets_credential.ticket).id
  join app_public.tickets as t
    on t.organization_id = c.organization_id and t.id = c.ticket_id
  where b.organization_id = t.organization_id
    and b.id = t.booking_id
    and t.status = 'valid'
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
    );
  if not found then
    return null;
  end if;
  return app_private.ticket_credential_of((tickets_credential.ticket).id, v_version);
end
$$;

comment on function app_public.tickets_credential(app_public.tickets) is
  'What the QR code of the ticket carries. Only its holder sees it, and only while it is valid.';
grant execute on function app_public.tickets_credential(app_public.tickets)
  to lml_anonymous, lml_user;
