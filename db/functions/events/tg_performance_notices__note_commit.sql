-- Runs as the transaction commits that changes a date. It may have taken its time, with a season to
-- move or others to wait for, and all the while the old date was on sale.
create or replace function app_hidden.tg_performance_notices__note_commit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_private.performance_notices as n
  set known_from = clock_timestamp()
  where n.id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_performance_notices__note_commit() is
  'Notes from when on a change of a date can be seen.';

drop trigger if exists _900_note_commit on app_private.performance_notices;
create constraint trigger _900_note_commit
  after insert on app_private.performance_notices
  deferrable initially deferred
  for each row execute function app_hidden.tg_performance_notices__note_commit();
