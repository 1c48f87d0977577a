create or replace function app_public.reissue_ticket(
  ticket_id uuid, idempotency_key text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(reissue_ticket.ticket_id);
begin
  if app_private.replay_result(
    reissue_ticket.idempotency_key, 'reissue_ticket', jsonb_build_array(reissue_ticket.ticket_id)
  ) is not null then
    return v_ticket;
  end if;
  -- Whoever went out with a used ticket may come in again with another code.
  if v_ticket.status <> 'used' then
    perform app_private.require_valid_ticket(v_ticket);
  end if;
  if v_ticket.credential_version >= 100 then
    perform app_private.raise_ticket_bound('often', 'This ticket was re-issued too often.');
  end if;
  perform app_private.rotate_credential(v_ticket);
  perform app_private.keep_result(reissue_ticket.idempotency_key, v_ticket.id);
  select * into strict v_ticket from app_public.tickets as t where t.id = v_ticket.id;
  return v_ticket;
end
$$;

comment on function app_public.reissue_ticket(uuid, text) is
  'Gives a ticket another QR code, when the old one was lost or seen by others; that one opens '
  'nothing from now on. For its holder, and staff with tickets.manage. '
  'Raises LMNFD, LMTVD, LMTRB (a hundred times), LMSES, LMCRT, LMINP, LMIDK.';
grant execute on function app_public.reissue_ticket(uuid, text) to lml_anonymous, lml_user;
