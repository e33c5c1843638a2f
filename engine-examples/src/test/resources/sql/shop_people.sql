create or replace temp view people as
select e.* from clickstream_events e
where not exists (select 1 from (select * from bots) b where b.session_id is not distinct from e.session_id)
