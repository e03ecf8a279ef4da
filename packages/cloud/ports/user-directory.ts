export interface DirectoryUser {
  /** `sub` of the tokens that the identity provider will issue for this person. */
  readonly subject: string;
  readonly issuer: string;
}

/**
 * Creates people in an identity provider that is ours to write (the embedded one, Cognito). With an external provider
 * there is no directory: an accepted invitation links the person who signed in.
 */
export interface UserDirectory {
  /** Finds or makes the person; doing it twice gives the same subject. */
  ensureUser(user: { email: string; name: string }): Promise<DirectoryUser>;
  setPassword(subject: string, password: string): Promise<void>;
  /** Ends the person's sessions at the provider and refuses new ones. */
  disableUser(subject: string): Promise<void>;
  deleteUser(subject: string): Promise<void>;
}
