/** One figure of a bench. A module of this folder is a bench when it exports `bench(): Promise<readonly BenchRow[]>`. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** In words, "at most 1.05"; absent where a figure is only told. */
  readonly goal?: string;
  readonly met?: boolean;
}

/** A figure that is only told. */
export function figure(name: string, value: number, unit: string): BenchRow {
  return { name, value, unit };
}

/** A figure that should not be larger. */
export function atMost(name: string, value: number, goal: number, unit = '×'): BenchRow {
  return { name, value, unit, goal: `at most ${goal}`, met: value <= goal };
}

/** A figure that should not be smaller. */
export function atLeast(name: string, value: number, goal: number, unit = '×'): BenchRow {
  return { name, value, unit, goal: `at least ${goal}`, met: value >= goal };
}
