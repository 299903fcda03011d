-- The portal's role and database. There is no password: the role has the name of the user that the portal runs as,
-- and PostgreSQL asks the system who that is (`local all all peer` in pg_hba.conf, which Debian has from the start).
CREATE ROLE dialogportal LOGIN;
CREATE DATABASE dialogportal OWNER dialogportal ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE dialogportal FROM PUBLIC;
