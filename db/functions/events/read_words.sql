-- What is quoted or excluded is meant to the letter; the other words may have typing errors.
create or replace function app_hidden.read_words(
  query text, out everything text, out wanted tsquery, out literal tsquery, out lenient text
)
language plpgsql immutable set search_path = ''
as $$
declare
  v_literal constant text := '-?"[^"]*"?|(?:^|\s)-[^\s"]+';
begin
  everything := btrim(app_hidden.plain_words(left(read_words.query, 200)));
  wanted := websearch_to_tsquery('simple', everything);
  literal := websearch_to_tsquery(
    'simple', (
      select string_agg(m[1], ' ')
      from regexp_matches(everything, '(' || v_literal || ')', 'g') as m
    )
  );
  lenient := btrim(regexp_replace(everything, v_literal, ' ', 'g'));
end
$$;

comment on function app_hidden.read_words(text) is
  'The words of a search: all of them, as a query; those meant to the letter; and the others.';
