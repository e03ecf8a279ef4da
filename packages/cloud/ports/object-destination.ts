/** Where files go: a prefix of a bucket, and whose authority writes them. */
export interface ObjectDestination {
  readonly bucket: string;
  /** Ends with `/`. */
  readonly prefix: string;
  /** Tells the adapter which tenant's credentials to write with. */
  readonly credentialsRef: { readonly tenantId: string; readonly purpose: 'extract' };
}
