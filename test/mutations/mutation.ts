/** A protecting rule, the change to the source that takes it away, and the test that must then be red. `find` occurs once in the file. */
export interface Mutation {
  readonly rule: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Test file and a part of the name of the test that kills it. */
  readonly killer: { readonly file: string; readonly test: string };
}
