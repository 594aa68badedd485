import { distinctPairs, hexPairs } from './format.ts';

/**
 * Nine bytes in pairs: the family's constant bytes regular, the six that differ between chips semibold. The gaps are
 * margins, not characters, so that copying gives the form the log files use.
 */
export function SerialNumber({ value, dense = false }: { readonly value: string; readonly dense?: boolean }) {
  const pairs = hexPairs(value);
  const whole = pairs.length === 9;
  return (
    <span className={dense ? 'sn sn-dense' : 'sn'}>
      {pairs.map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a byte is what it is
        <i key={index} className={whole && (index < 2 || index > 7) ? 'sn-same' : undefined}>
          {pair}
        </i>
      ))}
    </span>
  );
}

/** The six bytes that differ, for tiles. */
export function ShortSerialNumber({ value }: { readonly value: string }) {
  return (
    <span className="sn sn-dense" title={value}>
      {distinctPairs(value).map((pair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a byte is what it is
        <i key={index}>{pair}</i>
      ))}
    </span>
  );
}
