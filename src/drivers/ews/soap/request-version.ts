/** Schema versions we can speak, newest first (types.xsd `ExchangeVersionType`). */
const LADDER = [
  'Exchange2016',
  'Exchange2015',
  'Exchange2013_SP1',
  'Exchange2013',
  'Exchange2010_SP2',
  'Exchange2010_SP1',
  'Exchange2010',
  'Exchange2007_SP1',
] as const;

export type RequestVersion = (typeof LADDER)[number];

/** Whether `version` has what came with `wanted`. */
export function atLeast(version: RequestVersion, wanted: RequestVersion): boolean {
  return LADDER.indexOf(version) <= LADDER.indexOf(wanted);
}

/** The RequestServerVersion agreed with one server: steps down when the server is older, and remembers. */
export class VersionAgreement {
  private rung: number;

  constructor(first: RequestVersion) {
    this.rung = LADDER.indexOf(first);
  }

  get current(): RequestVersion {
    return LADDER[this.rung] ?? 'Exchange2007_SP1';
  }

  /**
   * Notes that the server refused `version`.
   * @returns false when there is nothing older to try. Another call may have stepped down meanwhile: that counts.
   */
  refused(version: RequestVersion): boolean {
    const rung = LADDER.indexOf(version);
    if (rung < this.rung) return true;
    if (rung + 1 >= LADDER.length) return false;
    this.rung = rung + 1;
    return true;
  }

  /** The codes by which a server says that it does not know the version. */
  static isRefusal(code: string): boolean {
    return code === 'ErrorInvalidServerVersion' || code === 'ErrorIncorrectSchemaVersion';
  }
}
