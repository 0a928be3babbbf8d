SELECT * FROM users WHERE name = 'Ann;
