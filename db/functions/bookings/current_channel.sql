create or replace function app_hidden.current_channel()
returns app_public.booking_channel
language sql stable
return case current_setting('lml.channel', true)
  when 'mobile' then 'mobile'::app_public.booking_channel
  when 'api' then 'api'::app_public.booking_channel
  else 'web'::app_public.booking_channel
end;

comment on function app_hidden.current_channel() is
  'How the caller reached us, as the client says: web, mobile or api.';
