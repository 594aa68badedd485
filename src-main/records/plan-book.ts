import { SignetError } from '../../src-shared/base/error.ts';
import { type Plan, planSchema } from '../../src-shared/model/plan.ts';
import { number, type Store, text } from './store.ts';

/** How far the first article of a plan version is. */
export type FirstArticle = 'not-needed' | 'wanted' | 'made' | 'accepted';

/** A plan version as it is listed. */
export interface PlanVersion {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the canonical plan, upper-case hex. */
  readonly digest: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly released: boolean;
  readonly firstArticle: FirstArticle;
}

/** Plan versions: never changed, never deleted; the store itself refuses both. */
export interface PlanBook {
  list(): readonly PlanVersion[];
  get(name: string, version: number): { readonly plan: Plan; readonly listed: PlanVersion } | undefined;
  newestVersion(name: string): number;
  add(plan: Plan, digest: string, who: string, at: string): Promise<void>;
  release(name: string, version: number, who: string, at: string): Promise<void>;
  setFirstArticle(name: string, version: number, state: FirstArticle): Promise<void>;
}

const firstArticles: readonly FirstArticle[] = ['not-needed', 'wanted', 'made', 'accepted'];
const listColumns = 'name, version, digest, created_at, created_by, released_at, first_article';

/** The plans in the store. */
export function openPlanBook(store: Store): PlanBook {
  return {
    list: () => store.all(`SELECT ${listColumns} FROM plans ORDER BY name, version DESC`).map(listedOf),
    get(name, version) {
      const row = store.get(`SELECT ${listColumns}, body FROM plans WHERE name = ? AND version = ?`, name, version);
      if (row === undefined) return undefined;
      const parsed = planSchema.safeParse(JSON.parse(text(row, 'body')));
      if (!parsed.success)
        throw new SignetError('STORE_DAMAGED', `Version ${version} of the plan "${name}" in the store is damaged.`);
      return { plan: parsed.data, listed: listedOf(row) };
    },
    newestVersion(name) {
      const row = store.get('SELECT max(version) AS newest FROM plans WHERE name = ?', name);
      return typeof row?.['newest'] === 'number' ? row['newest'] : 0;
    },
    add: (plan, digest, who, at) =>
      store.write((database) => {
        database
          .prepare(
            'INSERT INTO plans (name, version, digest, body, created_at, created_by, first_article) VALUES (?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            plan.name,
            plan.version,
            digest,
            JSON.stringify(plan),
            at,
            who,
            plan.options.firstArticle ? 'wanted' : 'not-needed',
          );
      }),
    release: (name, version, who, at) =>
      store.write((database) => {
        database
          .prepare(
            'UPDATE plans SET released_at = ?, released_by = ? WHERE name = ? AND version = ? AND released_at IS NULL',
          )
          .run(at, who, name, version);
      }),
    setFirstArticle: (name, version, state) =>
      store.write((database) => {
        database.prepare('UPDATE plans SET first_article = ? WHERE name = ? AND version = ?').run(state, name, version);
      }),
  };
}

function listedOf(row: Record<string, unknown>): PlanVersion {
  const firstArticle = firstArticles.find((state) => state === row['first_article']);
  if (firstArticle === undefined) throw new SignetError('STORE_DAMAGED', 'A plan in the store is damaged.');
  return {
    name: text(row, 'name'),
    version: number(row, 'version'),
    digest: text(row, 'digest'),
    createdAt: text(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    released: row['released_at'] !== null,
    firstArticle,
  };
}
