create or replace function app_private.requeue_erasures()
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_count integer := 0;
begin
  for v_id in
    select r.id from app_public.privacy_requests as r
    where r.kind = 'erasure' and r.completed_at is null and r.user_id is not null
      and r.created_at < now() - interval '1 day'
  loop
    perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_id));
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.requeue_erasures() is
  'Tries again what could not be erased within a day, because money was open; returns how many.';
grant execute on function app_private.requeue_erasures() to lml_worker;
