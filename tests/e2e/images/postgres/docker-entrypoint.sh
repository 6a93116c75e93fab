#!/bin/sh
# Starts PostgreSQL as the official image does: on an empty data folder it makes a cluster from POSTGRES_USER,
# POSTGRES_PASSWORD (or *_FILE), POSTGRES_DB and POSTGRES_INITDB_ARGS and runs /docker-entrypoint-initdb.d; as root it
# hands the data folder to the user postgres and goes on as that user.
set -eu

case "${1:-}" in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"

# Reads NAME from the file that NAME_FILE names.
from_file() {
  eval "file=\${$1_FILE:-} value=\${$1:-}"
  if [ -n "$file" ] && [ -n "$value" ]; then
    echo "error: both $1 and $1_FILE are set (but are exclusive)" >&2
    exit 1
  fi
  if [ -n "$file" ]; then value=$(cat "$file"); fi
  eval "$1=\$value"
}

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  chmod 3777 /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

run_init_files() {
  for init in /docker-entrypoint-initdb.d/*; do
    case "$init" in
      *.sh) echo "$0: running $init"; if [ -x "$init" ]; then "$init"; else . "$init"; fi ;;
      *.sql) echo "$0: running $init"; in_database -f "$init" ;;
      *.sql.gz) echo "$0: running $init"; gunzip -c "$init" | in_database ;;
    esac
  done
}

in_database() {
  psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --host=/var/run/postgresql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER
  from_file POSTGRES_DB
  from_file POSTGRES_INITDB_ARGS
  : "${POSTGRES_USER:=postgres}"
  : "${POSTGRES_DB:=$POSTGRES_USER}"
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    echo '       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.' >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA" 2>/dev/null || :
  secret=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$secret"
  # shellcheck disable=SC2086 # arguments
  initdb --username="$POSTGRES_USER" --pwfile="$secret" --auth-local=trust --auth-host=trust --encoding=UTF8 \
    --locale=C.UTF-8 -D "$PGDATA" $POSTGRES_INITDB_ARGS
  rm -f "$secret"
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -w -o "-c listen_addresses='' -c unix_socket_directories=/var/run/postgresql" start
  if [ "$POSTGRES_DB" != postgres ]; then
    database=$POSTGRES_DB
    POSTGRES_DB=postgres
    printf 'CREATE DATABASE :"name";\n' | in_database -v name="$database"
    POSTGRES_DB=$database
  fi
  export POSTGRES_USER POSTGRES_DB PGPASSWORD="$POSTGRES_PASSWORD"
  run_init_files
  unset PGPASSWORD
  pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
fi

shift
exec postgres -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql "$@"
