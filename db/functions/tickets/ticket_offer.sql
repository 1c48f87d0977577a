create or replace function app_public.ticket_offer(token text)
returns app_public.ticket_offer
language sql stable security definer set search_path = ''
as $$
  select
    e.title, case when p.status <> 'postponed' or p.pass_name is not null then p.starts_at end,
    v.name, t.section, t.row_name, t.seat_number, x.expires_at
  from app_private.ticket_transfer_tokens as k
  join app_public.ticket_transfers as x
    on x.organization_id = k.organization_id and x.id = k.transfer_id
  join app_public.tickets as t on t.organization_id = x.organization_id and t.id = x.ticket_id
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where k.token_hash = app_hidden.hash_token(ticket_offer.token)
    and x.status = 'offered'
    and x.expires_at > now()
    and t.status = 'valid'
$$;

comment on function app_public.ticket_offer(text) is
  'What the token of a mail offers; null when the offer is not good, or not any more.';
grant execute on function app_public.ticket_offer(text) to lml_anonymous, lml_user;
