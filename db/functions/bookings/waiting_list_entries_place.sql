-- People who wait for any category are in everybody's way, and everybody is in theirs.
create or replace function app_public.waiting_list_entries_place(
  entry app_public.waiting_list_entries
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select (
    select count(*)::integer
    from app_public.waiting_list_entries as w
    where w.organization_id = mine.organization_id
      and w.performance_id = mine.performance_id
      and w.ended_at is null
      and w.status <> 'offered'
      and w.is_accessible = mine.is_accessible
      and coalesce(w.ticket_category_id = mine.ticket_category_id, true)
      and w.id <= mine.id
  )
  from app_public.waiting_list_entries as mine
  where mine.id = (waiting_list_entries_place.entry).id
    and mine.status in ('waiting', 'gathering')
$$;

comment on function app_public.waiting_list_entries_place(app_public.waiting_list_entries) is
  'Which one is next, counted from 1; null for who waits no more.';
grant execute on function app_public.waiting_list_entries_place(app_public.waiting_list_entries)
  to lml_anonymous, lml_user;
