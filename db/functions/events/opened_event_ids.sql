-- What is not for everybody is opened by what came with the request: the id or the address of an
-- unlisted event, an access code, or a ticket. Asked once for a query, and not for public rows.
create or replace function app_hidden.opened_event_ids()
returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_key text := nullif(current_setting('lml.event_key', true), '');
  v_user_id uuid := app_hidden.current_user_id();
  v_cart_hash bytea := app_hidden.current_cart_hash();
begin
  if pg_input_is_valid(v_key, 'uuid') then
    return query
      select e.id from app_public.events as e
      where e.id = v_key::uuid and e.visibility = 'unlisted'
        and e.published_at is not null and e.status <> 'draft';
  elsif v_key like '%/%' then
    return query
      select e.id
      from app_public.organizations as o
      join app_public.events as e on e.organization_id = o.id
      where o.slug = split_part(v_key, '/', 1) and e.slug = split_part(v_key, '/', 2)
        and e.visibility = 'unlisted' and e.published_at is not null and e.status <> 'draft';
  elsif v_key is not null then
    return query
      select e.id
      from app_private.event_access_codes as c
      join app_public.events as e on e.organization_id = c.organization_id and e.id = c.event_id
      where c.code_hash = app_hidden.hash_token(v_key)
        and e.published_at is not null and e.status <> 'draft';
  end if;
  if v_user_id is not null or v_cart_hash is not null then
    return query
      select p.event_id
      from app_public.bookings as b
      join app_public.performances as p
        on p.organization_id = b.organization_id and p.id = b.performance_id
      where (b.user_id = v_user_id or b.cart_token_hash = v_cart_hash)
        and b.confirmed_at is not null
      union all
      select p.event_id
      from app_public.tickets as t
      join app_public.performances as p
        on p.organization_id = t.organization_id and p.id = t.performance_id
      where t.id in (select app_hidden.received_ticket_ids());
  end if;
end
$$;

comment on function app_hidden.opened_event_ids() is
  'Events that are not public, but are shown to who asks: by X-Event-Key, or for a ticket.';
grant execute on function app_hidden.opened_event_ids() to lml_anonymous, lml_user;
