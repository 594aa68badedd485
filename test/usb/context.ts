import type { Tally } from '../interop/tally.ts';
import type { Plant } from './plant.ts';
import type { Station } from './station.ts';

/** What every part of the bench works with. */
export interface Context {
  readonly tally: Tally;
  readonly plant: Plant;
  readonly station: Station;
}
