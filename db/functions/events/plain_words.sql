create or replace function app_hidden.plain_words(variadic words text[])
returns text
language sql immutable parallel safe
return lower(public.unaccent('public.unaccent'::regdictionary, array_to_string(words, ' ')));

comment on function app_hidden.plain_words(text[]) is
  'Words joined, in lower case and without accents, as they are searched for.';
