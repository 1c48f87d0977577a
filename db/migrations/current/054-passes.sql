-- One ticket for several dates, and what becomes of it when one of them does not take place.
alter table app_public.performances
  add column pass_name text,
  add constraint performances_pass_name_is_short_text check (length(pass_name) between 1 and 100),
  drop constraint performances_start_is_unique;
-- A pass begins with its first date; two dates never begin at once.
create unique index performances_start_is_unique
  on app_public.performances (event_id, organization_id, starts_at) where pass_name is null;
create unique index performances_pass_name_is_unique
  on app_public.performances (event_id, organization_id, pass_name) where pass_name is not null;
comment on column app_public.performances.pass_name is
  'What it is called, if it is a pass: sold as a performance, and good for several dates.';

-- A buyer walks along the chain and may wait at each pool of it. As long as all chains have the
-- same order, nobody waits for somebody who waits for them.
create function app_hidden.is_ascending(ids uuid[])
returns boolean
language sql immutable
return not exists (
  select from unnest(ids[1:cardinality(ids) - 1], ids[2:]) as pair (one, next) where one >= next
);

comment on function app_hidden.is_ascending(uuid[]) is 'Whether each id is greater than the last.';

alter table app_public.admission_pools
  add column is_pass boolean not null default false,
  drop constraint admission_pools_chain_ends_with_the_pool,
  drop constraint admission_pools_chain_passes_its_parent,
  add constraint admission_pools_chain_ends_with_the_pool
    check (chain[cardinality(chain)] = id),
  add constraint admission_pools_chain_is_bounded
    check (cardinality(chain) between 1 and case when is_pass then 401 else 4 end),
  add constraint admission_pools_chain_passes_its_parent check (
    case when is_pass then parent_pool_id is null
      else chain[cardinality(chain) - 1] is not distinct from parent_pool_id end
  ),
  add constraint admission_pools_chain_is_in_order_of_locks
    check (app_hidden.is_ascending(chain));
comment on column app_public.admission_pools.is_pass is
  'Whether each of its places is one of a pool of each date of a pass.';
comment on column app_public.admission_pools.chain is
  E'@behavior -*\nThe pool and those of which it takes, too, in the order of locks.';

create table app_public.pass_dates (
  organization_id uuid not null,
  pass_id uuid not null,
  performance_id uuid not null,
  pool_id uuid not null,
  primary key (pass_id, performance_id, organization_id),
  foreign key (organization_id, pass_id)
    references app_public.performances (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id, pool_id)
    references app_public.admission_pools (organization_id, performance_id, id)
    on delete restrict,
  constraint pass_dates_are_not_the_pass check (performance_id <> pass_id)
);
create index pass_dates_pass_id_idx on app_public.pass_dates (pass_id, organization_id);
create index pass_dates_performance_id_idx
  on app_public.pass_dates (performance_id, organization_id, pass_id);
create index pass_dates_pool_id_idx
  on app_public.pass_dates (pool_id, organization_id, performance_id);
comment on table app_public.pass_dates is
  'On which dates a pass lets in, and from which pools it takes.';
comment on column app_public.pass_dates.organization_id is 'Who sells it.';
comment on column app_public.pass_dates.pass_id is
  'The pass, a performance that is sold for the others.';
comment on column app_public.pass_dates.performance_id is 'The date.';
comment on column app_public.pass_dates.pool_id is 'Where each pass takes a place of that date.';

-- What the ticket's own row says of its performance, for each date of a pass. The key makes the
-- first entry of a date happen once.
create table app_public.pass_entries (
  organization_id uuid not null,
  ticket_id uuid not null,
  performance_id uuid not null,
  entry_count integer not null default 1,
  is_inside boolean not null default true,
  first_entry_at timestamptz not null,
  primary key (ticket_id, performance_id, organization_id),
  foreign key (organization_id, ticket_id)
    references app_public.tickets (organization_id, id) on delete restrict,
  foreign key (organization_id, performance_id)
    references app_public.performances (organization_id, id) on delete restrict,
  constraint pass_entries_entry_count_is_positive check (entry_count > 0)
);
create index pass_entries_ticket_id_idx on app_public.pass_entries (ticket_id, organization_id);
create index pass_entries_performance_id_idx
  on app_public.pass_entries (performance_id, organization_id);
comment on table app_public.pass_entries is
  'On which dates somebody came in with a pass: a row from the first entry of a date on.';
comment on column app_public.pass_entries.organization_id is 'Whose doors.';
comment on column app_public.pass_entries.ticket_id is 'The pass.';
comment on column app_public.pass_entries.performance_id is 'The date.';
comment on column app_public.pass_entries.entry_count is 'How often somebody came in on that date.';
comment on column app_public.pass_entries.is_inside is
  'Whether the last who came in is still inside.';
comment on column app_public.pass_entries.first_entry_at is 'When somebody first came in.';

alter type app_private.notice_kind add value 'date_canceled';
