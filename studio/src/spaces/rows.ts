/** What spaces keep of each resource; times are dates, `settings` is what the caller said. */
export interface DomainRow<Settings = unknown> {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly status: 'Pending' | 'InService' | 'Failed' | 'Deleting' | 'Delete_Failed';
  readonly failureReason: string | null;
  readonly settings: Settings;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface ProfileRow<Settings = unknown> {
  readonly domainId: string;
  readonly name: string;
  readonly accountId: string;
  readonly status: 'Pending' | 'InService' | 'Failed' | 'Updating' | 'Deleting' | 'Delete_Failed';
  readonly failureReason: string | null;
  readonly settings: Settings;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface SpaceRow<Settings = unknown> {
  readonly domainId: string;
  readonly name: string;
  readonly accountId: string;
  readonly ownerProfile: string;
  readonly homeId: string;
  readonly status: 'Pending' | 'InService' | 'Failed' | 'Deleting' | 'Delete_Failed';
  readonly failureReason: string | null;
  readonly settings: Settings;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface AppRow<Settings = unknown> {
  readonly startId: string;
  readonly domainId: string;
  readonly spaceName: string;
  readonly accountId: string;
  readonly ownerProfile: string;
  readonly name: string;
  readonly status: 'Pending' | 'InService' | 'Failed' | 'Deleting' | 'Deleted';
  readonly failureReason: string | null;
  readonly settings: Settings;
  readonly token: string;
  readonly credentialsToken: string;
  readonly createdAt: Date;
  readonly inServiceAt: Date | null;
  readonly lastActivityAt: Date | null;
  readonly endedAt: Date | null;
}
