with starts as (
  select *,
    event_timestamp > lag(event_timestamp) over (partition by user_id order by event_timestamp) + interval '30 minutes' as is_start
  from clickstream
  where event_timestamp is not null),
numbered as (
  select *, count(*) filter (is_start) over (partition by user_id order by event_timestamp) as number
  from starts)
select
  user_id,
  min(event_timestamp) as session_start,
  max(event_timestamp) + interval '30 minutes' as session_end,
  count(*) as total_events,
  (array_agg(page_url order by event_timestamp, page_url nulls last))[1] as entry_page,
  (array_agg(page_url order by event_timestamp, page_url nulls last))[-1] as exit_page,
  array_agg(page_url order by event_timestamp, page_url nulls last) as pages,
  bool_or(event_type = 'purchase') as converted,
  row_number() over (partition by user_id order by min(event_timestamp)) as visit_number
from numbered
group by user_id, number
