/** Amazon's output type with every member, at any depth, allowed to be left out: undefined members are not sent. */
export type Known<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Known<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]?: Known<T[Key]> | undefined }
      : T;
