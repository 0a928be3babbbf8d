SELECT `name` FROM users;
