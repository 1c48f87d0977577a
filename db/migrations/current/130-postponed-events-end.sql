insert into app_public.event_status_transitions (from_status, to_status, reason)
values ('postponed', 'completed', 'its last performance is over, and the others were canceled')
on conflict do nothing;
