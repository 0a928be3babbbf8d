CREATE TABLE users (id INT, name TEXT);
ALTER TABLE users ADD COLUMN email TEXT;
SELECT emial FROM users;
