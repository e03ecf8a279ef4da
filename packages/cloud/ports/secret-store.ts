/** Named secrets; names are paths (`tenant/<id>/extract-login`), values JSON objects. */
export interface SecretStore {
  get<Value>(name: string): Promise<Value | null>;
  /** False, and nothing written, when the name is taken. */
  create<Value>(name: string, value: Value): Promise<boolean>;
  delete(name: string): Promise<void>;
}
