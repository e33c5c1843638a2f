-- Rounded to two digits behind the point, half away from zero, of the exact quotient of two whole numbers that are not negative.
create macro round_ratio(a, b) as case when b > 0 then ((200 * a::hugeint + b) // (2 * b))::decimal(38, 0) / 100 end;
-- The same as a decimal number; the division of decimals above gives a double.
create macro ratio2(a, b) as round_ratio(a, b)::decimal(38, 2);
