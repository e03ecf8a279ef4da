/** Settings of a PostgreSQL server, by the name PostgreSQL gives them. */
export type Settings = Readonly<Record<string, string | number>>;

interface Place {
  readonly port: number;
  readonly socketDirectory: string;
  readonly accessFile: string;
}

function common({ port, socketDirectory, accessFile }: Place): Settings {
  return {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: socketDirectory,
    hba_file: accessFile,
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The same on both: a standby refuses to start when it has fewer of these than its primary.
    max_connections: 200,
    max_wal_senders: 8,
    shared_buffers: '96MB',
    // The statements of services are short: compiling them costs more than it saves.
    jit: 'off',
    // Tables grow by whole files: the planner should not work with yesterday's statistics for a minute.
    autovacuum_naptime: '10s',
  };
}

export function primarySettings(place: Place): Settings {
  return {
    ...common(place),
    wal_level: 'replica',
    // A replica that has gone for good must not fill the disk: it is cloned anew instead.
    max_slot_wal_keep_size: '1GB',
    max_wal_size: '512MB',
  };
}

/** `hot_standby_feedback` lets a long extract finish although the primary vacuums beneath it. */
export function replicaSettings(
  place: Place & { readonly primaryConnection: string; readonly slot: string },
): Settings {
  return {
    ...common(place),
    hot_standby: 'on',
    hot_standby_feedback: 'on',
    max_standby_streaming_delay: '30s',
    // The default of 5 s would be the length of every gap after a restart of the primary.
    wal_retrieve_retry_interval: '200ms',
    primary_conninfo: place.primaryConnection,
    primary_slot_name: place.slot,
  };
}

/** For throw-away clusters: nothing needs to survive a crash of the machine. */
export const volatileSettings: Settings = {
  fsync: 'off',
  full_page_writes: 'off',
};

/** Extraction logins are refused by the primary, whatever password they hold. */
export const primaryAccess = `local all "/^extract_" reject
host all "/^extract_" all reject
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

export const replicaAccess = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;

/** The settings as arguments of `postgres`. */
export function settingArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
