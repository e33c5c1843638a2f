select
  s.session_id, coalesce(s.user_id, l.login_user_id) as user_id,
  min(s.event_time) as session_start,
  max(s.event_time) as last_event_time,
  count(*) as total_events,
  count(*) filter (s.event_type = 'add_to_cart') as add_to_carts,
  bool_or(s.event_type = 'purchase') as converted
from people s
left join (
  select session_id, arg_max(user_id, event_time) as login_user_id
  from people
  where event_type = 'user_identified'
  group by session_id) l on l.session_id = s.session_id
group by all
