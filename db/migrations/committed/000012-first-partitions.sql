--! Previous: sha1:eabd9a92f45b8eb42b1f86d0eaa4d06df1fd823c
--! Hash: sha1:a46f08d5f44af05398ecf2d8c51b7961d041dc16
--! Message: first partitions

--! split: 100-partitions.sql
-- The partitions that the first rows need; from now on the worker makes them ahead.
select app_private.make_partitions_ahead();
