select *, rank() over (partition by window_start order by search_count desc) as search_rank
from (
  select
    lower(search_query) as search_term,
    date_trunc('hour', event_time) as window_start,
    date_trunc('hour', event_time) + interval '1 hour' as window_end,
    count(*) as search_count,
    count(distinct session_id) as unique_sessions
  from people
  where event_type = 'search' and search_query is not null
  group by all)
