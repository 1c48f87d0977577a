-- What is stored of a token: a copy of the database must not be able to act as its users. Stable,
-- as convert_to is: an immutable one would not be inlined into its callers.
create or replace function app_hidden.hash_token(token text)
returns bytea
language sql stable strict parallel safe
return sha256(convert_to(token, 'UTF8'));

comment on function app_hidden.hash_token(text) is 'SHA-256 of a token.';
grant execute on function app_hidden.hash_token(text) to lml_anonymous, lml_user, lml_worker;
