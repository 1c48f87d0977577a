create or replace function app_hidden.current_channel()
returns app_public.booking_channel
language plpgsql stable set search_path = ''
as $$
declare
  v_channel text := current_setting('lml.channel', true);
begin
  return case when v_channel in ('mobile', 'api') then v_channel else 'web' end
    ::app_public.booking_channel;
end
$$;

comment on function app_hidden.current_channel() is
  'How the caller reached us, as the client says: web, mobile or api.';
