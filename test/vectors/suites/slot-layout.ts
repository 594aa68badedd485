import {
  addressParam2,
  eccGeometry,
  type Geometry,
  libraryStatus,
  shaGeometry,
  zoneOfCode,
  zoneSize,
} from '../../../src-shared/atecc/index.ts';
import { u16le } from '../../../src-shared/base/bytes.ts';
import { compareAll, integerOf, kindOf, textOf } from '../fields.ts';
import { type Judge, type VectorCase, type Verdict, wrong } from '../judge.ts';

const refused = { status: libraryStatus.ATCA_BAD_PARAM };

/** The memory of a device type; undefined for one that we do not know. */
export function geometryOf(devtype: string): Geometry | undefined {
  switch (devtype) {
    case 'ATECC108A':
    case 'ATECC508A':
    case 'ATECC608':
      return eccGeometry;
    case 'ATSHA204A':
      return shaGeometry;
    default:
      return undefined;
  }
}

/** slot-layout.json: sizes of zones and slots; P2 of an address. */
export const judge: Judge = (testCase) => {
  switch (kindOf(testCase)) {
    case 'zone_size':
      return judgeSize(testCase);
    case 'address':
      return judgeAddress(testCase);
    default:
      return wrong(`kind ${kindOf(testCase)}`);
  }
};

function judgeSize(testCase: VectorCase): Verdict {
  const geometry = geometryOf(textOf(testCase.in, 'devtype'));
  if (geometry === undefined) return wrong('unknown device type');
  const code = integerOf(testCase.in, 'zone');
  const zone = code <= 2 ? zoneOfCode(code) : undefined;
  const size = zone === undefined ? undefined : zoneSize(zone, integerOf(testCase.in, 'slot'), geometry);
  return compareAll(testCase.out, size === undefined ? refused : { status: libraryStatus.ATCA_SUCCESS, size });
}

/** Bits 7 and 6 of the zone are P1's flags and do not count; neither does more of the word than its three bits. */
function judgeAddress(testCase: VectorCase): Verdict {
  const zone = zoneOfCode(integerOf(testCase.in, 'zone'));
  if (zone === undefined) return compareAll(testCase.out, refused);
  const address = addressParam2({
    zone,
    slot: integerOf(testCase.in, 'slot'),
    block: integerOf(testCase.in, 'block'),
    word: integerOf(testCase.in, 'offset') & 7,
  });
  return compareAll(testCase.out, { status: libraryStatus.ATCA_SUCCESS, address, param2_le: u16le(address) });
}
