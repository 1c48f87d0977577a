create or replace function app_private.require_tickets_of(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bad uuid;
begin
  if require_tickets_of.ticket_ids is null then
    return;
  end if;
  if cardinality(require_tickets_of.ticket_ids) not between 1 and 10000
    -- Null is not counted.
    or cardinality(require_tickets_of.ticket_ids)
      <> (select count(distinct n) from unnest(require_tickets_of.ticket_ids) as n)
  then
    raise exception 'Name tickets, each once.' using errcode = 'LMINP', detail = 'ticket_ids';
  end if;
  select n into v_bad
  from unnest(require_tickets_of.ticket_ids) as n
  where not exists (
    select from app_public.tickets as t
    where t.organization_id = (require_tickets_of.booking).organization_id
      and t.booking_id = (require_tickets_of.booking).id
      and t.id = n
      and t.status in ('valid', 'used')
  )
  limit 1;
  if found then
    raise exception 'This is not a valid ticket of the booking.'
      using errcode = 'LMTVD', detail = v_bad::text;
  end if;
end
$$;

comment on function app_private.require_tickets_of(app_public.bookings, uuid[]) is
  'Raises LMTVD unless all are live tickets of the booking, LMINP for '
  'none, too many, or one twice.';
