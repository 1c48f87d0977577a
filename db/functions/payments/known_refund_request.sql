create or replace function app_private.known_refund_request(id uuid)
returns app_public.refund_requests
language sql stable security definer set search_path = ''
as $$ select * from app_public.refund_requests as r where r.id = known_refund_request.id $$;

comment on function app_private.known_refund_request(uuid) is
  'The request that was made under the same key before.';
