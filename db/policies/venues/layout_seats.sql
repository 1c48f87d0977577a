-- As public as its layout.
alter table app_public.layout_seats enable row level security;
alter table app_public.layout_seats force row level security;

drop policy if exists all_owner on app_public.layout_seats;
create policy all_owner on app_public.layout_seats
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_with_layout on app_public.layout_seats;
create policy select_with_layout on app_public.layout_seats
  for select to lml_anonymous, lml_user
  using (layout_id in (select l.id from app_public.venue_layouts as l));

revoke all on app_public.layout_seats from public;
grant select on app_public.layout_seats to lml_anonymous, lml_user;
