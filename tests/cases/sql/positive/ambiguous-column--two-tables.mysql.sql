CREATE TABLE a (id INT, x INT);
CREATE TABLE b (id INT, y INT);
SELECT id FROM a JOIN b ON a.x = b.y;
