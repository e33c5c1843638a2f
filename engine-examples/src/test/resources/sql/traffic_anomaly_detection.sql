with windows as (
  select *
  from (
    select
      time_bucket(interval '5 minutes', event_time) as window_start,
      time_bucket(interval '5 minutes', event_time) + interval '5 minutes' as window_end,
      count(distinct session_id) as current_sessions
    from people
    group by 1, 2)
  where window_end > (select now from clock) - interval '2 hours'),
baseline as (
  select avg(current_sessions) as avg_sessions
  from windows
  where window_end < (select now from clock) - interval '5 minutes')
select *, round((current_sessions - avg_sessions) / nullif(avg_sessions, 0) * 100, 1) as pct_deviation
from windows cross join baseline
