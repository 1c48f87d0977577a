-- What is no tag of a language, and what support speaks in somebody's name, says nothing.
create or replace function app_hidden.current_language()
returns text
language sql stable
return case
  when length(current_setting('lml.language', true)) <= 35
    and current_setting('lml.language', true)
      ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([0-9a-z]{5,8}|[0-9][0-9a-z]{3}))*$'
    and app_hidden.current_impersonator_id() is null
    then current_setting('lml.language', true)
end;

comment on function app_hidden.current_language() is
  'The language that the caller asks for (BCP 47), such as de-AT; null when they ask for none.';
