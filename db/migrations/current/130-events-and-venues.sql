insert into app_public.event_status_transitions (from_status, to_status, reason)
values ('postponed', 'completed', 'its last performance is over, and the others were canceled')
on conflict do nothing;
comment on column app_public.performances.starts_at is
  'When it starts; of one that is postponed and has no other day yet: when it would have.';

-- What is listed and mailed is a line that can be read: one of several could say anything in a mail
-- of ours, and one of spaces is nothing to click on.
update app_public.venues as v
set name = coalesce(nullif(btrim(regexp_replace(v.name, '[[:cntrl:]]+', ' ', 'g')), ''), v.slug)
where v.name ~ '[[:cntrl:]]' or v.name !~ '[^[:space:]]';
update app_public.events as e
set title = coalesce(nullif(btrim(regexp_replace(e.title, '[[:cntrl:]]+', ' ', 'g')), ''), e.slug)
where e.title ~ '[[:cntrl:]]' or e.title !~ '[^[:space:]]';
update app_public.ticket_categories as c
set name = left(
    coalesce(nullif(btrim(regexp_replace(c.name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Category'), 90
  ) || ' (' || c.category_no || ')'
where c.name ~ '[[:cntrl:]]' or c.name !~ '[^[:space:]]';
update app_public.event_categories as c
set name = coalesce(nullif(btrim(regexp_replace(c.name, '[[:cntrl:]]+', ' ', 'g')), ''), c.slug)
where c.name ~ '[[:cntrl:]]' or c.name !~ '[^[:space:]]';

alter table app_public.venues
  drop constraint if exists venues_name_is_a_line,
  add constraint venues_name_is_a_line check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.events
  drop constraint if exists events_title_is_a_line,
  add constraint events_title_is_a_line check (title !~ '[[:cntrl:]]' and title ~ '[^[:space:]]');
alter table app_public.ticket_categories
  drop constraint if exists ticket_categories_name_is_a_line,
  add constraint ticket_categories_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.event_categories
  drop constraint if exists event_categories_name_is_a_line,
  add constraint event_categories_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
