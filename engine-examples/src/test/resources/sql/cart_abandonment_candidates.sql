select
  session_id, user_id, last_event_time, add_to_carts, converted,
  epoch_us((select now from clock)) - epoch_us(last_event_time) as idle_duration
from identified
where add_to_carts > 0 and not converted
  and (select now from clock) - last_event_time >= interval '15 minutes'
  and (select now from clock) - last_event_time < interval '60 minutes'
