import { useTranslation } from 'react-i18next';
import type { ConfigRow } from '../../src-shared/ipc/contract.ts';
import { hexPairs } from '../parts/format.ts';

/** Bytes on the compared chip that differ from the plan's, by position. */
export function chipBytes(rows: readonly ConfigRow[]): ReadonlyMap<number, string> {
  const bytes = new Map<number, string>();
  for (const row of rows) {
    if (row.chip === null || !row.written) continue;
    const planned = hexPairs(row.bytes);
    hexPairs(row.chip).forEach((pair, index) => {
      if (pair !== planned[index]) bytes.set(row.offset + index, pair);
    });
  }
  return bytes;
}

/** Positions that no write reaches. */
function fixedBytes(rows: readonly ConfigRow[]): ReadonlySet<number> {
  return new Set(
    rows
      .filter((row) => !row.written)
      .flatMap((row) => Array.from({ length: row.length }, (_, index) => row.offset + index)),
  );
}

const lines = [0, 16, 32, 48, 64, 80, 96, 112];

/** All 128 bytes in eight lines: as planned, changed in this draft, other than on the chip, never written. */
export function ByteMap({
  image,
  rows,
  changed,
}: {
  readonly image: string;
  readonly rows: readonly ConfigRow[];
  readonly changed: ReadonlySet<number>;
}) {
  const { t } = useTranslation();
  const pairs = hexPairs(image);
  const chip = chipBytes(rows);
  const fixed = fixedBytes(rows);
  return (
    <>
      <table className="byte-map" aria-label={t('plan.bytes')}>
        <tbody>
          {lines.map((line) => (
            <tr key={line}>
              <th scope="row">{line}</th>
              {pairs.slice(line, line + 16).map((pair, index) => {
                const at = line + index;
                const look = fixed.has(at)
                  ? 'is-fixed'
                  : chip.has(at)
                    ? 'is-different'
                    : changed.has(at)
                      ? 'is-changed'
                      : undefined;
                return (
                  <td
                    key={at}
                    className={look}
                    title={chip.has(at) ? t('plan.onChip', { at, bytes: chip.get(at) ?? '' }) : String(at)}
                  >
                    {pair}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="legend">
        <span>
          <i className="is-different" /> {t('plan.legend.different')}
        </span>
        <span>
          <i className="is-changed" /> {t('plan.legend.changed')}
        </span>
        <span>
          <i className="is-fixed" /> {t('plan.legend.fixed')}
        </span>
      </p>
    </>
  );
}
