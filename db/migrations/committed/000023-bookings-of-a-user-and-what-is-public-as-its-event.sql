--! Previous: sha1:fa31daffaac31e077ddc5e1294df12fe114ddf4d
--! Hash: sha1:64617c8a8c99a19ed37096455d0a16fba79a5444
--! Message: Bookings of a user, and what is public as its event

--! split: 023-bookings-of-a-user.sql
-- A user's bookings by their index: what all policies let through together can only be found by
-- reading everything. The index leaves out guests, which is no reason to hide the relation.
comment on constraint bookings_user_id_fkey on app_public.bookings is
  E'@foreignFieldName bookings\n@behavior +manyRelation:resource:connection';

--! split: 024-public-as-the-event.sql
-- Whether everybody may see something is in its row. A visitor's page used to ask the event again
-- for each of its lists, which took half of the page's time.

-- Foreign keys keep the copies equal to their originals: by themselves, and without exception.
alter table app_public.events
  add column is_public boolean not null
    generated always as (status in ('published', 'postponed', 'completed')) stored,
  add unique (id, organization_id, is_public);
comment on column app_public.events.is_public is 'Whether everybody may see it.';

alter table app_public.performances add column is_public boolean not null default false;
update app_public.performances as p
set is_public = e.is_public
from app_public.events as e where e.id = p.event_id and e.is_public;
-- Beside the key with the currency, which must not follow.
alter table app_public.performances
  add constraint performances_is_public_fkey
    foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict;
create index performances_is_public_idx
  on app_public.performances (event_id, organization_id, is_public);
comment on column app_public.performances.is_public is
  E'@behavior -*\nWhether everybody may see its event.';
comment on constraint performances_is_public_fkey on app_public.performances is E'@behavior -*';

alter table app_public.ticket_categories add column is_public boolean not null default false;
update app_public.ticket_categories as c
set is_public = e.is_public
from app_public.events as e where e.id = c.event_id and e.is_public;
alter table app_public.ticket_categories
  add unique (id, organization_id, is_public),
  drop constraint ticket_categories_organization_id_event_id_fkey,
  add constraint ticket_categories_event_fkey
    foreign key (organization_id, event_id, is_public)
    references app_public.events (organization_id, id, is_public)
    on update cascade on delete restrict;
create index ticket_categories_event_id_idx
  on app_public.ticket_categories (event_id, organization_id, is_public);
comment on column app_public.ticket_categories.is_public is
  E'@behavior -*\nWhether everybody may see its event.';
comment on constraint ticket_categories_event_fkey
  on app_public.ticket_categories is E'@fieldName event\n@foreignFieldName ticketCategories';

alter table app_public.ticket_category_prices add column is_public boolean not null default false;
update app_public.ticket_category_prices as p
set is_public = c.is_public
from app_public.ticket_categories as c where c.id = p.ticket_category_id and c.is_public;
alter table app_public.ticket_category_prices
  drop constraint ticket_category_prices_organization_id_ticket_category_id_fkey,
  add constraint ticket_category_prices_ticket_category_fkey
    foreign key (organization_id, ticket_category_id, is_public)
    references app_public.ticket_categories (organization_id, id, is_public)
    on update cascade on delete restrict;
drop index app_public.ticket_category_prices_ticket_category_id_idx;
create index ticket_category_prices_ticket_category_id_idx
  on app_public.ticket_category_prices (ticket_category_id, organization_id, is_public);
comment on column app_public.ticket_category_prices.is_public is
  E'@behavior -*\nWhether everybody may see its event.';
comment on constraint ticket_category_prices_ticket_category_fkey
  on app_public.ticket_category_prices is
  E'@fieldName ticketCategory\n@foreignFieldName prices';

--! split: 1000-functions-organizations-permitted_event_ids.sql
-- For tables that know their event, and not its venue.
create or replace function app_hidden.permitted_event_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select e.id
  from app_public.events as e
  where e.venue_id in (select app_hidden.permitted_venue_ids(permitted_event_ids.permission))
$$;

comment on function app_hidden.permitted_event_ids(text) is
  'The events at the venues of permitted_venue_ids.';
grant execute on function app_hidden.permitted_event_ids(text) to lml_anonymous, lml_user;

--! split: 1001-functions-organizations-permitted_ticket_category_ids.sql
-- For tables that know their ticket category, and not its event.
create or replace function app_hidden.permitted_ticket_category_ids(permission text)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select c.id
  from app_public.ticket_categories as c
  where c.event_id in (
    select app_hidden.permitted_event_ids(permitted_ticket_category_ids.permission)
  )
$$;

comment on function app_hidden.permitted_ticket_category_ids(text) is
  'The ticket categories of permitted_event_ids.';
grant execute on function app_hidden.permitted_ticket_category_ids(text)
  to lml_anonymous, lml_user;

--! split: 1002-functions-events-create_performance.sql
create or replace function app_public.create_performance(
  event_id uuid, layout_id uuid, starts_at timestamptz, ends_at timestamptz default null,
  doors_at timestamptz default null, idempotency_key text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performance.event_id, 'events.manage'
  );
  v_id uuid;
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_performance.idempotency_key, 'create_performance',
    jsonb_build_array(
      create_performance.event_id, create_performance.layout_id, create_performance.starts_at,
      create_performance.ends_at, create_performance.doors_at
    )
  );
  if v_id is null then
    if v_event.status not in ('draft', 'published') then
      raise exception 'The event is %.', v_event.status
        using errcode = 'LMEVT', detail = v_event.id::text;
    end if;
    if not exists (
      select from app_public.venue_layouts as l
      where l.organization_id = v_event.organization_id
        and l.id = create_performance.layout_id
        and l.venue_id = v_event.venue_id
    ) then
      raise exception 'The event''s venue has no such layout.'
        using errcode = 'LMNFD', detail = 'layout_id';
    end if;

    insert into app_public.performances (
      organization_id, event_id, layout_id, currency, is_public, starts_at, ends_at, doors_at
    )
    values (
      v_event.organization_id, v_event.id, create_performance.layout_id, v_event.currency,
      v_event.is_public, create_performance.starts_at, create_performance.ends_at,
      create_performance.doors_at
    )
    on conflict on constraint performances_start_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has a performance at that time.'
        using errcode = 'LMINP', detail = 'starts_at';
    end if;
    if v_event.status = 'published' then
      perform app_private.create_inventory(v_id);
    end if;
    perform app_private.keep_result(create_performance.idempotency_key, v_id);
  end if;

  select * into strict v_performance from app_public.performances as p where p.id = v_id;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) is
  'A date of an event, on sale at once if the event is published. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMPUB (a seat without category).';
grant execute on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1003-policies-events-events.sql
-- What is published is public; drafts are for members.
alter table app_public.events enable row level security;
alter table app_public.events force row level security;

drop policy if exists all_owner on app_public.events;
create policy all_owner on app_public.events
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.events;
create policy select_public on app_public.events
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('events.read')));

revoke all on app_public.events from public;
grant select on app_public.events to lml_anonymous, lml_user;

--! split: 1004-policies-events-performances.sql
-- As public as its event, which its row tells.
alter table app_public.performances enable row level security;
alter table app_public.performances force row level security;

drop policy if exists all_owner on app_public.performances;
create policy all_owner on app_public.performances
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.performances;
drop policy if exists select_public on app_public.performances;
create policy select_public on app_public.performances
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.performances;
create policy select_member on app_public.performances
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.performances;
create policy select_member_of_venue on app_public.performances
  for select to lml_user
  using (id in (select app_hidden.permitted_performance_ids('events.read')));

revoke all on app_public.performances from public;
grant select on app_public.performances to lml_anonymous, lml_user;

--! split: 1005-policies-events-ticket_categories.sql
-- As public as its event, which its row tells.
alter table app_public.ticket_categories enable row level security;
alter table app_public.ticket_categories force row level security;

drop policy if exists all_owner on app_public.ticket_categories;
create policy all_owner on app_public.ticket_categories
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_event on app_public.ticket_categories;
drop policy if exists select_public on app_public.ticket_categories;
create policy select_public on app_public.ticket_categories
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_categories;
create policy select_member on app_public.ticket_categories
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.ticket_categories;
create policy select_member_of_venue on app_public.ticket_categories
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.read')));

revoke all on app_public.ticket_categories from public;
grant select on app_public.ticket_categories to lml_anonymous, lml_user;

--! split: 1006-policies-events-ticket_category_prices.sql
-- As public as its event, which its row tells.
alter table app_public.ticket_category_prices enable row level security;
alter table app_public.ticket_category_prices force row level security;

drop policy if exists all_owner on app_public.ticket_category_prices;
create policy all_owner on app_public.ticket_category_prices
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_category on app_public.ticket_category_prices;
drop policy if exists select_public on app_public.ticket_category_prices;
create policy select_public on app_public.ticket_category_prices
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.ticket_category_prices;
create policy select_member on app_public.ticket_category_prices
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.ticket_category_prices;
create policy select_member_of_venue on app_public.ticket_category_prices
  for select to lml_user
  using (
    ticket_category_id in (select app_hidden.permitted_ticket_category_ids('events.read'))
  );

revoke all on app_public.ticket_category_prices from public;
grant select on app_public.ticket_category_prices to lml_anonymous, lml_user;
