create or replace function app_private.stripe_id_in(object jsonb, field text)
returns text
language sql immutable
return case jsonb_typeof(stripe_id_in.object -> stripe_id_in.field)
  when 'object' then stripe_id_in.object -> stripe_id_in.field ->> 'id'
  else stripe_id_in.object ->> stripe_id_in.field
end;

comment on function app_private.stripe_id_in(jsonb, text) is
  'The id to which a field of a Stripe object refers, whether it was expanded or not.';
